#!/usr/bin/perl

# Portals and the gates that are theirs: on other hosts and in another nginx,
# and not those of another portal, though all else be the same.

use strict;
use warnings;

use JSON::PP;

use Login::Http2;
use Login::Test;


my $ann = 'ann@example.com';
my $password = 'correct horse battery staple';

# one worker, which remembers whom it has seen

my $t = Login::Test->new(
    accounts => { $ann => $password },
    workers  => 1,
    http     => 'login_hash memory=1m passes=1;',
);

my $portal = 'location /login/ { login_portal; }';
my $answer = 'location / { return 200 "in: $login_user at $host"; }';
my $more = <<'END';
location /optional { login optional; return 200 "user=$login_user"; }
location /open { login off; return 200 "user=$login_user"; }
END

$t->run(<<"END");
# --- what there is if no name fits

server {
    listen 127.0.0.1:%%PORT%% default_server;
    server_name _;
    login_cookie domain=example.com;
    login_portal_url http://login.example.com:%%PORT%%/login/;
    login on;
    $answer
}


# --- one portal, gates on several hosts

server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT_h2%% http2;
    server_name login.example.com;
    login_cookie domain=example.com;
    login_return_host app.example.com *.wild.example.com;
    login on;
    $portal
    $answer
}

server {
    listen 127.0.0.1:%%PORT%%;
    server_name app.example.com;
    login_cookie domain=example.com;
    login_portal_url http://login.example.com:%%PORT%%/login/;
    login_return_host app.example.com;
    login on;
    $answer
    $more
}

# names of more than one

server {
    listen 127.0.0.1:%%PORT%%;
    server_name *.wild.example.com wild.example.com ~^r\\d\\.example\\.com\$;
    login_cookie domain=example.com;
    login_portal_url http://login.example.com:%%PORT%%/login/;
    login_return_host *.wild.example.com;
    login on;
    $answer
}

# one to which nobody is sent back

server {
    listen 127.0.0.1:%%PORT%%;
    server_name other.example.com;
    login_cookie domain=example.com;
    login_portal_url http://login.example.com:%%PORT%%/login/;
    login_return_host login.example.com;
    login on;
    $answer
}


# --- two portals, with the same cookie, key and store

server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT_h2%% http2;
    server_name a.example;
    login on;
    $portal
    $answer
    $more
}

server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT_h2%% http2;
    server_name b.example;
    login on;
    $portal
    $answer
    $more
}

# the first one's, by another port

server {
    listen 127.0.0.1:%%PORT_gate%%;
    server_name a.example;
    login_portal_url http://a.example:%%PORT%%/login/;
    login on;
    $answer
}

# another one by a letter of the path, or by the port

server {
    listen 127.0.0.1:%%PORT_path%%;
    server_name a.example;
    login_portal_url http://a.example:%%PORT%%/logins/;
    login on;
    location /logins/ { login_portal; }
    $answer
}

server {
    listen 127.0.0.1:%%PORT_port%%;
    server_name a.example;
    login on;
    $portal
    $answer
}


# --- the portal's location among others

server {
    listen 127.0.0.1:%%PORT_regex%%;
    server_name localhost;
    login on;

    location ~ ^/login/ { return 200 "regex before"; }
    location ~* \\.css\$ { return 200 "regex of a style"; }

    $portal

    location ~ / { return 200 "regex behind"; }
    location ^~ /log { return 200 "a shorter prefix"; }
    location / { return 200 "the rest"; }
}
END

my $port = $t->port;
my $home = "http://login.example.com:$port";


sub escaped { return Login::Browser::escape($_[0]) }


# Who is let in, or else the status.

sub at {
    my ($host, $uri, $cookie, %opt) = @_;

    my $r = $t->raw("GET $uri HTTP/1.1\r\nHost: $host\r\n"
                    . (defined $cookie ? "Cookie: $cookie\r\n" : '')
                    . "Connection: close\r\n\r\n", port => $opt{port});

    return $r->status == 200 ? $r->body : $r->status;
}


# Where a person is sent from there.

sub sent_from {
    my ($url, $browser) = @_;

    my $r = ($browser // $t->browser)->get($url);

    return $r->status == 302 ? $r->location : $r->status;
}


# --- there and back

for my $host ('app.example.com', 'x.wild.example.com',
              'x.y.wild.example.com')
{
    my $browser = $t->browser(host => 'login.example.com');
    my $deep = "http://$host:$port/deep/link?a=b&c=%20";
    my $r = $browser->get($deep);

    is $r->status, 302, "$host: to the portal";
    is $r->location, "$home/login/?return_to=" . escaped($deep),
        'with the whole address';

    my $page = $browser->follow($r);

    is $page->page, 'signin', 'whose page comes';
    is $page->form('username')->{fields}{return_to}, $deep, 'and knows it';
    like scalar $page->header('Content-Security-Policy'),
        $host =~ /wild/ ? qr{form-action [^;]*http://\*\.wild\.example\.com:}
            : qr{form-action [^;]*http://\Q$host\E:},
        'browsers let its form lead there';

    $r = $browser->submit($page, { username => $ann,
                                   password => $password });

    is $r->status, 303, 'signed in';
    is $r->location, $deep, 'and back';
    is $r->cookie('login')->{attributes}{domain}, 'example.com',
        'the cookie is for all of them';
    is $browser->follow($r)->body, "in: $ann at $host", 'there it counts';

    is $browser->get("http://$_:$port/")->body, "in: $ann at $_",
        "$host: and at $_"
        for 'login.example.com', 'app.example.com', 'a.wild.example.com',
            'wild.example.com', 'r1.example.com', 'other.example.com',
            'unknown.example.com';

    is $browser->get("$home/login/?return_to=" . escaped($deep))->location,
        $deep, 'who is signed in already is sent on';

    is scalar(grep { $_->{name} eq 'login_browser' && $_->{below} }
              values %{ $browser->{jar} }), 0,
        'what names the browser stays with the portal';

    # and out again, everywhere

    my $cookie = 'login=' . $browser->cookie('login');
    my $bye = "http://$host:$port/bye";

    $page = $browser->get("$home/login/logout?return_to=" . escaped($bye));
    $r = $browser->submit($page, { }, form => $page->form('csrf'));

    is $r->location, $bye, 'signed out, and back';
    is $browser->cookie('login'), undef, 'the cookie of all hosts is gone';
    is at($_, '/', $cookie), 401, "signed out at $_"
        for $host, 'login.example.com', 'other.example.com';
}


# --- and not back

is sent_from("http://$_:$port/deep"), "$home/login/",
    "$_ is not where the gate would send people back"
    for 'other.example.com', 'r1.example.com', 'wild.example.com';

is sent_from("http://unknown.example.com:$port/deep"), "$home/login/?return_to="
    . escaped("http://unknown.example.com:$port/deep"),
    'a gate without return hosts believes in those of its cookie';

{
    # but it is the portal that decides

    my $browser = $t->browser(host => 'login.example.com');

    for my $host ('unknown.example.com', 'other.example.com', 'example.com',
                  'wild.example.com', 'evil.example')
    {
        my $page = $browser->get("$home/login/?return_to="
                                 . escaped("http://$host:$port/deep"));

        is $page->form('username')->{fields}{return_to}, undef,
            "the portal does not know $host";
        is $browser->clone->submit($page, {
                username => $ann, password => $password,
                return_to => "http://$host:$port/deep" })->location,
            "$home/login/apps", 'and sends nobody there';
    }
}

is sent_from("http://127.0.0.1:$port/deep",
             $t->browser(headers => { Host => $_ })), "$home/login/",
    "asked as $_: not there either"
    for 'evil.example', 'example.com.evil.example', 'notexample.com',
        'localhost', "evil.example:$port", '127.0.0.1';


# --- gates in another nginx

{
    my $other = Login::Test->new(init => 0, no_store => 1, workers => 1);

    $other->run(<<"END");
login_store @{[ $t->store ]};
login_key @{[ $t->key ]};

server {
    listen 127.0.0.1:%%PORT%%;
    server_name far.wild.example.com;
    login_cookie domain=example.com;
    login_portal_url $home/login/;
    login_return_host *.wild.example.com;
    login on;
    location / { return 200 "in: \$login_user at \$host"; }
}
END

    my $browser = $t->browser(host => 'login.example.com');
    my $far = 'http://far.wild.example.com:' . $other->port;
    my $r = $browser->get("$far/deep?x");

    is $r->status, 302, 'another nginx: to the portal';
    like $r->location, qr{^\Q$home\E/login/}, 'which is not its own';

    $r = $browser->submit($browser->follow($r), { username => $ann,
                                                  password => $password });
    is $r->status, 303, 'signed in there';
    is $browser->get("$far/deep?x")->body, "in: $ann at far.wild.example.com",
        'and here';
    is at('a.example', '/', 'login=' . $browser->cookie('login')), 401,
        'but not at a gate of another portal';

    $t->cli_ok('session', 'revoke', $ann);
    is $browser->get("$far/")->status, 302, 'its end counts here, too';
}


# --- one portal's sessions are nothing to another

my (%cookie, %browser);

for my $host (qw(a.example b.example)) {
    $browser{$host} = $t->browser(host => $host);

    is $browser{$host}->sign_in($ann, $password)->status, 303,
        "$host: signed in";
    $cookie{$host} = 'login=' . $browser{$host}->cookie('login');
}

{
    my @wrong;

    for my $round (1 .. 5) {
        for my $gate (qw(a.example b.example)) {
            for my $from (qw(a.example b.example)) {
                my $own = $gate eq $from;

                push @wrong, "$from at $gate"
                    if at($gate, '/', $cookie{$from})
                        ne ($own ? "in: $ann at $gate" : 401)
                    || at($gate, '/optional', $cookie{$from})
                        ne ($own ? "user=$ann" : 'user=')
                    || at($gate, '/open', $cookie{$from})
                        ne ($own ? "user=$ann" : 'user=');
            }
        }
    }

    is join(' ', @wrong), '', 'each counts at its own gates only';

    is at($_, '/', "$cookie{'a.example'}; $cookie{'b.example'}"), 401,
        "$_: two cookies of one name are none" for qw(a.example b.example);

    is at('a.example', '/', $cookie{'a.example'}, port => $_), 401,
        "not where another $_ is the portal's" for qw(path port);

    is at('a.example', '/', $cookie{'a.example'}, port => 'gate'),
        "in: $ann at a.example", 'but at another server of its portal';
    is at('a.example', '/', $cookie{'b.example'}, port => 'gate'), 401,
        'where that of the other is none';

    # host by host on one connection

    my $http2 = Login::Http2->new($t->port('h2'));
    my @all = map { my $gate = $_; map { [ $gate, $_ ] }
                    qw(a.example b.example) } qw(a.example b.example);
    my @responses = $http2->wait(map {
        $http2->start([ [ ':method', 'GET' ], [ ':scheme', 'http' ],
                        [ ':path', '/' ], [ ':authority', $_->[0] ],
                        [ 'cookie', $cookie{$_->[1]} ] ])
    } (@all) x 5);

    is join(' ', map { $_->status } @responses),
        join(' ', ('200 401 401 200') x 5), 'HTTP/2, on one connection';
}

# nor are they to its pages

for my $pair ([ 'a.example', 'b.example' ], [ 'b.example', 'a.example' ]) {
    my ($here, $there) = @$pair;
    my $other = $browser{$here};

    # what the one portal gave out is brought to the other

    my $brought = join '; ', map { "$_=" . $other->cookie($_) }
        qw(login login_browser);
    my $csrf = $other->get('/login/logout')->csrf;
    my $stranger = $t->browser(host => $there,
                               headers => { Cookie => $brought });

    is $stranger->get('/login/session', headers => { Accept => '*/*' })
        ->status, 401, "$here to $there: nobody";
    is $stranger->get('/login/apps')->page, undef, 'no apps';
    is $stranger->get('/login/')->page, 'signin', 'asked to sign in';
    is $stranger->get('/login/logout')->page, undef, 'nobody to sign out';

    my $r = $stranger->post('/login/logout', { csrf => $csrf });

    is $r->status, 303, 'not by a form either';
    is at($here, '/', $cookie{$here}), "in: $ann at $here",
        'the session does not end by it';

    $r = $stranger->post('/login/', { csrf => $csrf, username => $ann,
                                      password => $password });

    is $r->status, 403, "a form of $here is none of $there";
    like $r->alert, qr/L11/, 'with its code';
    is $r->cookie('login'), undef, 'and signs nobody in';

    my $fresh = $t->browser(host => $there);

    $fresh->get('/login/');
    $r = $fresh->post('/login/', { csrf => $csrf, username => $ann,
                                   password => $password });
    is $r->status, 403, 'nor is it beside the browser\'s own cookie';
}

# signing in beside a session of the other leaves that alone

{
    my $sessions = sub {
        return scalar @{ decode_json(
            $t->cli_ok('--json', 'session', 'list', $ann)) };
    };
    my $before = $sessions->();
    my $page = $browser{'b.example'}->get('/login/?switch=1');
    my $mixed = $t->browser(host => 'b.example', headers => {
        Cookie => "$cookie{'a.example'}; login_browser="
            . $browser{'b.example'}->cookie('login_browser') });
    my $r = $mixed->post('/login/', { csrf => $page->csrf, switch => 1,
                                      username => $ann,
                                      password => $password });

    is $r->status, 303, 'signed in, with the cookie of the other portal';
    is $sessions->(), $before + 1, 'one session more';
    is at('a.example', '/', $cookie{'a.example'}), "in: $ann at a.example",
        'the other goes on';
    is at('b.example', '/', $cookie{'b.example'}), "in: $ann at b.example",
        'so does the one before';

    # its own would be replaced

    $r = $browser{'b.example'}->submit($page, { username => $ann,
                                                password => $password });

    is $r->status, 303, 'signed in once more';
    is $sessions->(), $before + 1, 'in the place of the one before';
    is at('b.example', '/', $cookie{'b.example'}), 401, 'which has ended';
    is at('a.example', '/', $cookie{'a.example'}), "in: $ann at a.example",
        'and not the one of the other portal';
}


# --- the portal's location among others

{
    my $browser = $t->browser(port => $t->port('regex'));

    is $browser->get('/x')->status, 302, 'a gate, and regular expressions';

    my $page = $browser->get('/login/');

    is $page->page, 'signin', 'none of them has the portal';

    my ($style) = $page->body =~ /href="([^"]*\.css)"/;
    my $r = $browser->get($style);

    is $r->status, 200, 'nor what is below it';
    like scalar $r->header('Content-Type'), qr{^text/css}, 'a style sheet';
    isnt $r->body, 'regex of a style', 'of its own';

    is $browser->submit($page, { username => $ann, password => $password })
        ->status, 303, 'nor its forms';
    is $browser->get('/login/apps')->page, 'apps', 'nor its other pages';
    is $browser->get("/login/$_")->page, 'not-found',
        "nor what it does not have: $_" for qw(none x.css);

    is $browser->get('/')->body, 'regex behind', 'the rest is theirs';
    is $browser->get('/x.css')->body, 'regex of a style', 'by their order';
    is $browser->get('/logs')->body, 'a shorter prefix', 'as ever';
    is $browser->get('/login')->status, 301, 'without its slash';
}


done_testing;
