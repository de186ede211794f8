#!/usr/bin/perl

# Why the gate does not build on auth_request: what nginx serves of locations
# that are guarded by it, or by auth_basic, without asking anybody; and what
# the same requests get of the gate.  The documentation has the tables.

use strict;
use warnings;

use Login::Docs;
use Login::Test;


my $password = 'correct horse battery staple';

# one worker, so that the logs are written in the order of what happened
my $t = Login::Test->new(
    accounts => { 'ann@example.com' => $password },
    workers  => 1,
    http     => 'login_hash memory=1m passes=1;',
);

mkdir $t->dir . "/$_"
    for qw(html html/parts html/folder html/listing html/inside html/inner
             html/put);

$t->write_file("html/$_", "canary\n")
    for qw(file page.html folder/index.html inner/index.html inside/file
           listing/canary);
$t->write_file('html/parts/ssi.html',
               "open <!--# include virtual=\"/file\" -->\n");
$t->write_file('html/parts/before.html', "open\n");
$t->write_file('htpasswd', "bob:{PLAIN}secret\n");

chmod 0777, $t->dir . '/html/put';


# --- three servers that differ in the guard alone

my %guard = (
    basic   => 'auth_basic "a realm"; auth_basic_user_file %%DIR%%/htpasswd;',
    request => 'auth_request /asked;',
    login   => 'login on;',
);

my %server = (
    basic   => '',
    request => <<'END',
    auth_request_set $who $upstream_http_remote_user;
    proxy_set_header Remote-User $who;

    location = /asked {
        internal;
        proxy_pass http://127.0.0.1:%%PORT_judge%%;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
    }
    location = /asked-none {
        internal;
        proxy_pass http://127.0.0.1:1;
    }
    location = /asked-elsewhere {
        internal;
        proxy_pass http://127.0.0.1:%%PORT_app%%/elsewhere;
    }

    location = /none { auth_request /asked-none; alias %%DIR%%/html/file; }
    location = /elsewhere {
        auth_request /asked-elsewhere;
        alias %%DIR%%/html/file;
    }
END
    login   => <<'END',
    include %%ROOT%%/conf/login_params;

    location /login/ { login_portal; }
END
);

# the redirect to a sign-in page, as the guides have it
my %sent_away = (
    basic   => '',
    request => 'error_page 401 = @sign-in;',
    login   => '',
);


sub server {
    my ($name) = @_;

    my $guard = $guard{$name};

    return <<"END";
server {
    listen 127.0.0.1:%%PORT_$name%%;
    server_name localhost;
    root %%DIR%%/html;

    $server{$name}

    if (\$arg_early) {
        return 200 "canary";
    }

    # content

    location = /file { $guard }
    location /page.html { $guard }
    location /proxy {
        $guard
        proxy_pass http://127.0.0.1:%%PORT_app%%/canary;
    }
    location /slash/ {
        $guard
        proxy_pass http://127.0.0.1:%%PORT_app%%/canary;
    }
    location /gif { $guard empty_gif; }
    location /status { $guard stub_status; }
    location /listing/ { $guard autoindex on; }
    location /put/ { $guard dav_methods PUT; }

    # internal redirects from what is open

    location = /try { try_files /none /file; }
    location = /error { error_page 404 =200 /file; }
    location = /accel { proxy_pass http://127.0.0.1:%%PORT_app%%/accel; }
    location = /folder/ { }
    location = /folder/index.html { $guard }
    location = /named { try_files /none \@named; }
    location \@named { $guard proxy_pass http://127.0.0.1:%%PORT_app%%; }

    # answers of the rewrite phase

    location = /return { $guard return 200 "canary"; }
    location = /away { $guard return 302 /canary; }
    location = /if { $guard if (\$uri) { return 200 "canary"; } }
    location = /rewrite { $guard rewrite ^ /inside/file last; }
    location = /status-page { $guard error_page 418 =200 /inside/file;
                              return 418; }
    location /inside/ { internal; }

    # subrequests from what is open

    location /parts/ { ssi on; }
    location = /parts/before.html { add_before_body /page.html; }
    location = /mirror { mirror /copy; try_files /parts/before.html =404; }
    location = /copy {
        internal;
        $guard
        proxy_pass http://127.0.0.1:%%PORT_app%%/copy\$is_args\$args;
    }
    location = /by-verdict { auth_request /verdict;
                             try_files /inside/file =404; }
    location = /verdict {
        $guard
        proxy_pass http://127.0.0.1:%%PORT_app%%/yes;
    }

    # what else comes of it

    location /inner/ { $guard }
    location = /echo {
        $guard
        proxy_set_header X-Other "set here";
        proxy_pass http://127.0.0.1:%%PORT_app%%/echo;
    }
    location = /public {
        $guard
        proxy_pass http://127.0.0.1:%%PORT_app%%/public;
    }
    location = /socket {
        $guard
        proxy_http_version 1.1;
        proxy_set_header Upgrade \$http_upgrade;
        proxy_set_header Connection upgrade;
        proxy_pass http://127.0.0.1:%%PORT_app%%/canary;
    }
    location = /sent-away { $guard $sent_away{$name} }
    location \@sign-in { return 302 http://auth.example/?rd=\$request_uri; }
}
END
}


my $servers = join '', map { server($_) } sort keys %guard;

$t->run(<<"END" . $servers);
log_format asked "\$request_uri";

server {
    listen 127.0.0.1:%%PORT_judge%%;
    access_log %%DIR%%/judge.log asked;

    add_header Remote-User judged;

    if (\$http_cookie ~ "judge=yes") {
        return 204;
    }

    return 401;
}

server {
    listen 127.0.0.1:%%PORT_app%%;
    access_log %%DIR%%/app.log asked;

    location = /canary { return 200 "canary"; }
    location = /accel { add_header X-Accel-Redirect /file; return 200 "x"; }
    location = /named { return 200 "canary"; }
    location = /echo {
        return 200 "cookie=\$http_cookie user=\$http_remote_user";
    }
    location = /public {
        add_header Cache-Control "public, max-age=60";
        return 200 "canary";
    }
    location = /elsewhere { return 302 http://auth.example/; }
    location = /copy { return 204; }
    location = /yes { return 204; }
}
END


my $browser = $t->browser(port => $t->port('login'));

is $browser->sign_in('ann@example.com', $password)->status, 303, 'signed in';

my $session = 'Cookie: login=' . $browser->cookie('login') . "\r\n";
my %let_in = (
    basic   => "Authorization: Basic Ym9iOnNlY3JldA==\r\n",
    request => "Cookie: judge=yes\r\n",
    login   => $session,
);


sub ask {
    my ($server, $uri, $more, $method) = @_;

    $method //= 'GET';

    my $body = $method eq 'PUT' ? 'canary' : '';

    return $t->raw("$method $uri HTTP/1.1\r\nHost: localhost\r\n"
                   . ($more // '') . 'Content-Length: ' . length($body)
                   . "\r\nConnection: close\r\n\r\n$body", port => $server);
}


# --- what is guarded, and what is not

# What the file asked for, or what it led to, has in the answer.

my @cases = (
    [ 'a file in the guarded location', '/file' ],
    [ '`proxy_pass`', '/proxy' ],
    [ '`autoindex`', '/listing/', qr/href="canary"/ ],
    [ '`stub_status`', '/status', qr/Active connections/ ],
    [ '`empty_gif`', '/gif', qr/^GIF89a/m ],
    [ '`dav_methods PUT`: is the file written?', '/put/' ],
    [ 'a guarded file, to which `try_files` of an open location leads',
      '/try' ],
    [ '... `error_page` of an open location', '/error' ],
    [ '... `index` of an open location', '/folder/' ],
    [ '... `X-Accel-Redirect` of an open location', '/accel' ],
    [ 'a guarded named location', '/named' ],
    [ '`return 200 "text"` in the guarded location', '/return' ],
    [ '`return 302 /elsewhere`', '/away', qr{^Location: \S+/canary\r?$}m ],
    [ '`if (...) { return ...; }`', '/if' ],
    [ '`rewrite ^ /inside/file last`, where `/inside/` is `internal` and'
      . ' has no guard of its own', '/rewrite' ],
    [ '`return 418` with `error_page 418 /inside/file`', '/status-page' ],
    [ 'a guarded file that an open page includes by SSI',
      '/parts/ssi.html' ],
    [ '... that an open location adds with `add_before_body`',
      '/parts/before.html' ],
    [ '`mirror` of an open location to a guarded one: does the application'
      . ' get a copy?', '/mirror' ],
    [ '`auth_request` of an open location to a guarded one: does that'
      . ' count as a yes?', '/by-verdict' ],
    [ '`return` in `server { }`, outside of all locations',
      '/file?early=1' ],
    [ 'the redirect from `/slash` to `/slash/` of a location with'
      . ' `proxy_pass`', '/slash', qr{^Location: \S+/slash/\r?$}m ],
);


# The whole answer, as text.

sub answer {
    my ($server, $uri, $more) = @_;

    my $response = ask($server, $uri, $more);

    return join "\n", (map { "$_->[0]: $_->[1]" } $response->headers), '',
        $response->body;
}


# nginx takes the next request of a connection when the copy of the last one
# is through; so whatever becomes of the first one is there with the second.

sub copies {
    my ($server) = @_;

    my $connection = $t->connection($server);

    for my $who ('nobody', 'somebody') {
        my $more = $who eq 'somebody' ? $let_in{$server} : '';

        $connection->send("GET /mirror?$server-$who HTTP/1.1\r\n"
                          . "Host: localhost\r\n$more\r\n");
        is $connection->response->status, 200, "$server: $who has an answer";
    }

    wait_for(sub { $t->read_file('app.log') =~ m{^/copy\?$server-somebody}m });
    $connection->close;

    my $log = $t->read_file('app.log');

    return map { $log =~ m{^/copy\?$server-$_$}m ? 1 : 0 }
        'nobody', 'somebody';
}


sub served {
    my ($server, $uri, $pattern) = @_;

    return copies($server) if $uri eq '/mirror';

    if ($uri eq '/put/') {
        ask($server, "/put/$server-nobody", '', 'PUT');
        ask($server, "/put/$server-somebody", $let_in{$server}, 'PUT');

        return map { -e $t->dir . "/html/put/$server-$_" ? 1 : 0 }
            'nobody', 'somebody';
    }

    $pattern //= qr/canary/;

    return map { answer($server, $uri, $_) =~ $pattern ? 1 : 0 }
        '', $let_in{$server};
}


my $table = "| what is asked for without a session | `auth_basic` |"
    . " `auth_request` | `login on` |\n| --- | --- | --- | --- |\n";
my @open;

for my $case (@cases) {
    my ($words, $uri, $pattern) = @$case;
    my @cells;

    for my $server (qw(basic request login)) {
        my $asked = $t->read_file('judge.log');
        my ($nobody, $somebody) = served($server, $uri, $pattern);

        ok $somebody, "$server, $uri: who may gets it";
        push @cells, $nobody ? '**open**' : 'guarded';

        is $t->read_file('judge.log'), $asked, "$uri: nobody was asked"
            if $server eq 'request' && $nobody;
    }

    push @open, $uri if $cells[2] ne 'guarded';
    $table .= '| ' . join(' | ', $words, @cells) . " |\n";
}

is "@open", '/file?early=1 /slash', 'what the gate leaves open';

Login::Docs::section('comparison.md', 'what is guarded', $table);


# --- what else comes of it

# Requests that the server that is asked gets for one of ours.

sub asked {
    my ($server, $uri) = @_;

    my $count = () = $t->read_file('judge.log') =~ /\n/g;

    is ask($server, $uri, $let_in{$server})->body, "canary\n",
        "$server, $uri: comes";

    # it closes with the same worker, and so has written before

    return (() = $t->read_file('judge.log') =~ /\n/g) - $count;
}


sub echoed {
    my ($server, $pattern) = @_;

    my $body = ask($server, '/echo', "$let_in{$server}Remote-User: forged\r\n")
        ->body;

    like $body, qr/^cookie=.* user=/, "$server: the application answers";

    return $body =~ $pattern ? 'yes' : 'no';
}


sub limited {
    my ($server) = @_;

    my ($status, @lines) = $t->conf_test(<<"END");
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    location /login/ { login_portal; }
    location / { limit_except GET { $guard{$server} } }
}
END

    return $status == 0 ? 'taken'
        : grep({ /directive is not allowed here/ } @lines)
        ? 'refused by `nginx -t`' : "@lines";
}


my $page = "Sec-Fetch-Mode: navigate\r\nAccept: text/html\r\n";
my $script = "Sec-Fetch-Mode: cors\r\nAccept: */*\r\n";
my $socket = "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    . "Origin: http://elsewhere.example\r\n";

my @facts = (
    [ 'requests to another server for one to nginx',
      sub { asked($_, '/file') }, 1, 0 ],
    [ 'the same for a folder, where `index` leads to the page',
      sub { asked($_, '/inner/') }, 2, 0 ],
    [ 'the application gets the cookie of the session',
      sub { echoed($_, qr/cookie=\S/) }, 'yes', 'no' ],
    [ 'the application gets a `Remote-User` that the client made up, where'
      . ' the location has a `proxy_set_header` of its own',
      sub { echoed($_, qr/user=forged/) }, 'yes', 'no' ],
    [ 'the application\'s `Cache-Control: public, max-age=60` goes out as',
      sub { '`' . join(', ', ask($_, '/public', $let_in{$_})
                             ->header('Cache-Control')) . '`' },
      '`public, max-age=60`', '`public, max-age=60, private`' ],
    [ 'a WebSocket handshake with the cookie of a session, from a page of'
      . ' another site',
      sub { my $answer = ask($_, '/socket', $let_in{$_} . $socket);
            $answer->body eq 'canary' ? 'passed on' : $answer->status },
      'passed on', 403 ],
    [ 'in `limit_except`', sub { limited($_) },
      'refused by `nginx -t`', 'taken' ],
    [ 'a page is asked for without a session',
      sub { ask($_, '/sent-away', $page)->status }, 302, 302 ],
    [ 'a script asks without a session',
      sub { ask($_, '/sent-away', $script)->status }, 302, 401 ],
    [ 'a form is sent without a session',
      sub { ask($_, '/sent-away', $page, 'POST')->status }, 302, 401 ],
    [ 'the server that is asked cannot be reached',
      sub { $_ eq 'login' ? 'there is none'
            : ask($_, '/none', $let_in{$_})->status }, 500, 'there is none' ],
    [ 'it answers with a redirect',
      sub { $_ eq 'login' ? 'there is none'
            : ask($_, '/elsewhere', $let_in{$_})->status },
      500, 'there is none' ],
);

$table = "| | `auth_request` | `login on` |\n| --- | --- | --- |\n";

for my $fact (@facts) {
    my ($words, $see, @expected) = @$fact;
    my @cells = map { $see->() } qw(request login);

    is_deeply \@cells, \@expected, $words;
    $table .= '| ' . join(' | ', $words, @cells) . " |\n";
}

Login::Docs::section('comparison.md', 'what else', $table);


done_testing;
