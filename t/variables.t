#!/usr/bin/perl

# The variables in everything of nginx that takes variables: before and after
# the gate, in subrequests and after internal redirects, in the log; with a
# session, without one, and with one that ends meanwhile.  What is told is the
# same everywhere, and nobody is told of where there is no session.

use strict;
use warnings;

use JSON::PP;

use Login::Http2;
use Login::Test;


my $password = 'correct horse battery staple';
my ($ann, $bob) = map { "$_\@example.com" } qw(ann bob);
my $name = "Ann \"Q\" \xc3\x9cnder <b>&?x=%41;\$uri";

my @facts = qw(user principal id name email org roles methods auth_time expires
               session language);
my $all = join '|', map { "\$login_$_" } @facts;

my $t = Login::Test->new(
    accounts => { $bob => $password },
    http     => 'login_hash memory=1m passes=1;',
);

$t->add_user($ann, $password, '--name', $name, '--email', 'a@mail.example',
             '--language', 'de', '--role', 'staff', '--role', 'admin');

my %id = map { $_->{username} => $_->{id} }
    @{ decode_json($t->cli_ok('--json', 'user', 'list')) };


# --- files

mkdir $t->dir . "/$_" for qw(html html/index people logs cache);
chmod 0777, $t->dir . "/$_" for qw(logs cache);

for my $folder ('', $id{$ann}, $id{$bob}) {
    my $people = $t->dir . "/people/$folder";

    mkdir $people;

    for my $gate (qw(on optional off)) {
        mkdir "$people/$gate";
        mkdir "$people/$gate/root";
        $t->write_file("$people/$gate/root/file.txt", "file of $folder");
    }

    $t->write_file("$people/file.txt", "file of $folder");
}

$t->write_file("html/index/$_.txt", "index of $_") for 'de', 'none';
$t->write_file('html/sub.txt', join '|', map { "[$_]" } @facts);
$t->write_file('html/ssi.txt', join '|', map {
    "<!--# echo var=\"login_$_\" encoding=\"none\" default=\"\" -->"
} @facts);
$t->write_file('html/entity.txt', '<!--# echo var="login_name" default="" -->'
    . '<!--# if expr="$login_user = /@/" -->in<!--# else -->out'
    . '<!--# endif -->');
$t->write_file("html/parts-$_.txt", 'a <!--# include virtual="/'
    . "$_/return\" --> <!--# include virtual=\"/$_/proxy\" wait=\"yes\" --> z")
    for qw(on optional off);

system("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost"
       . " -keyout '@{[$t->dir]}/key.pem' -out '@{[$t->dir]}/cert.pem'"
       . ' 2>/dev/null') == 0 or die "openssl: $?\n";
chmod 0644, $t->dir . '/key.pem';


# --- the configuration

my $json = '{"uri":"$request_uri","method":"$request_method",'
    . '"status":"$status","set":"$set_user",'
    . '"facts":[' . join(',', map { "\"\$login_$_\"" } @facts) . ']}';

my $http = join "\n",
    (map { "map \$login_$_ \$map_$_ { default \"<\$login_$_>\"; \"\" none; }" }
        @facts),
    (map { "limit_req_zone \$login_$_ zone=req_$_:64k rate=1r/m;" } @facts),
    (map { "limit_conn_zone \$login_$_ zone=conn_$_:64k;" } @facts),
    (map { "split_clients \"\$login_$_\" \$split_$_ { 50% 1; * 2; }" } @facts);

sub field { 'X-' . $_[0] =~ s/_/-/r }


my %gate = (on => 'login on;', optional => 'login optional;',
            off => 'login off;');

my $locations = '';

for my $where (sort keys %gate) {
    my $gate = $gate{$where};
    my $headers = join ' ', map {
        'add_header ' . field($_) . " \"\$login_$_\" always;" } @facts;
    my $fields = join ' ', map {
        'proxy_set_header ' . field($_) . " \"\$login_$_\";" } @facts;
    my $subs = join ' ', map { "sub_filter \"[$_]\" \"\$login_$_\";" } @facts;
    my $ifs = join ' ', map { "if (\$login_$_) { set \$x \"\${x}1\"; }" }
        @facts;
    my $maps = join '|', map { "\$map_$_" } @facts;
    my $splits = join '', map { "\$split_$_" } @facts;

    $locations .= <<"END";
    location /$where/return { $gate return 200 "$all"; }
    location /$where/set { $gate set \$x "$all"; return 200 "\$x"; }
    location /$where/header { $gate $headers return 200 ""; }
    location /$where/rewrite { $gate rewrite ^ "/echo?$all?" last; }
    location /$where/redirect { $gate return 302 "/echo?\$login_user"; }
    location /$where/error { $gate error_page 404 "/echo?$all"; return 404; }
    location /$where/named { $gate error_page 404 = \@named; return 404; }
    location /$where/if { $gate set \$x ""; $ifs return 200 "\$x"; }
    location /$where/same {
        $gate
        if (\$login_user = "$ann") { return 200 "it is ann"; }
        if (\$login_roles ~ "^(.*,)?staff(,|\$)") { return 200 "staff"; }
        return 200 "neither";
    }
    location /$where/sub {
        $gate $subs
        sub_filter_once off;
        sub_filter_types *;
        alias %%DIR%%/html/sub.txt;
    }
    location /$where/ssi {
        $gate ssi on;
        ssi_types *;
        rewrite ^ /ssi.txt break;
    }
    location /$where/entity {
        $gate ssi on;
        ssi_types *;
        alias %%DIR%%/html/entity.txt;
    }
    location /$where/parts {
        ssi on;
        ssi_types *;
        alias %%DIR%%/html/parts-$where.txt;
    }
    location /$where/proxy {
        $gate $fields
        proxy_set_body "\$login_user";
        proxy_pass http://127.0.0.1:%%PORT_app%%/echo/\$login_id?\$login_user;
    }
    location /$where/auth {
        $gate
        auth_request /facts;
        auth_request_set \$facts \$upstream_http_x_facts;
        add_header X-Facts \$facts always;
        alias %%DIR%%/html/sub.txt;
    }
    location /$where/root/ { $gate root %%DIR%%/people/\$login_id; }
    location ~ ^/$where/alias/(.*)\$ {
        $gate
        alias %%DIR%%/people/\$login_id/\$1;
    }
    location /$where/try {
        $gate
        root %%DIR%%/people;
        try_files /\$login_id/file.txt /none;
    }
    location /$where/index/ {
        $gate
        alias %%DIR%%/html/index/;
        index \$login_language.txt none.txt;
    }
    location /$where/map { $gate return 200 "$maps"; }
    location /$where/chain { $gate return 200 "\$admin \$pool \$again"; }
    location /$where/split { $gate return 200 "$splits"; }
    location /$where/cache {
        $gate
        proxy_cache people;
        proxy_cache_key "\$uri \$login_id \$map_session";
        proxy_cache_valid 200 1h;
        proxy_pass http://127.0.0.1:%%PORT_app%%/unique;
    }
    location /$where/logged { $gate return 200 x; }
    location /$where/file { $gate rewrite ^ /sub.txt break; }
    location /$where/waits {
        $gate
        set \$set_user \$login_user;
        add_header X-User "\$login_user" always;
        add_header X-Set "\$set_user" always;
        proxy_set_header X-User "\$login_user";
        proxy_set_header X-Set "\$set_user";
        proxy_pass http://127.0.0.1:%%PORT_app%%/told;
    }
END

    $locations .= <<"END" for @facts;
    location /$where/req/$_ {
        $gate
        limit_req zone=req_$_;
        limit_req_status 429;
        alias %%DIR%%/html/sub.txt;
    }
    location /$where/conn/$_ {
        $gate
        limit_conn conn_$_ 1;
        proxy_pass http://127.0.0.1:%%PORT_app%%/unique;
    }
END
}

$t->run(<<"END");
$http

# one behind the other

map \$login_roles \$admin { default no; "~(^|,)admin(,|\$)" yes; }
map "\$admin:\$login_org" \$pool { default none; yes:default a; no:default b; }
map "\$pool:\$login_user" \$again { default "\$pool-\$login_id-\$split_id"; }

proxy_cache_path %%DIR%%/cache keys_zone=people:1m;

log_format facts escape=json '$json';

server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT_h2%% http2;
    server_name localhost;
    root %%DIR%%/html;
    large_client_header_buffers 4 8k;

    access_log %%DIR%%/facts.log facts;
    access_log %%DIR%%/logs/person-\$login_id.log facts;
    access_log %%DIR%%/known.log facts if=\$login_user;

    if (\$uri = /never) { set \$set_user ""; set \$facts ""; }

    location /login/ { login_portal; }
    location = /echo { internal; return 200 "\$args"; }
    location \@named { return 200 "$all"; }
    location = /facts {
        internal;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_set_header X-All "$all";
        proxy_pass http://127.0.0.1:%%PORT_app%%/facts;
    }
    location /basic {
        auth_basic "for \$login_user";
        auth_basic_user_file %%DIR%%/none-\$login_id;
    }

$locations
}

# the same people, known to the server's own rewrites

server {
    listen 127.0.0.1:%%PORT_early%%;
    server_name localhost;
    access_log %%DIR%%/early.log facts;

    set \$set_user "\$login_user";

    if (\$login_user = "nobody") { return 403; }

    location /login/ { login_portal; }
    location / { login on; return 200 "\$set_user \$login_user"; }
}

# another realm

server {
    listen 127.0.0.1:%%PORT_realm%%;
    server_name localhost;
    login_portal_url http://localhost:1/login/;
    access_log %%DIR%%/realm.log facts;
    if (\$uri = /never) { set \$set_user ""; }
    location / { return 200 "$all"; }
    location /gated { login on; return 200 "$all"; }
}

# the name of a certificate, known before there is a request

server {
    listen 127.0.0.1:%%PORT_tls%% ssl;
    server_name localhost;
    ssl_certificate %%DIR%%/cert\$login_user.pem;
    ssl_certificate_key %%DIR%%/key\$login_user.pem;
    login_portal_url http://localhost:%%PORT%%/login/;
    location / { return 200 "user=\$login_user"; }
}

server {
    listen 127.0.0.1:%%PORT_app%%;
    location /echo {
        return 200 "@{[ join '|', map { "\$http_x_$_" } @facts
                     ]}#\$request_uri";
    }
    location /facts { add_header X-Facts \$http_x_all; return 204; }
    location /unique { return 200 "\$request_id"; }
    location /told { return 200 "\$http_x_user|\$http_x_set"; }
}
END

my (%browser, %cookie, %told);

for my $who ($ann, $bob) {
    $browser{$who} = $t->browser;
    is $browser{$who}->sign_in($who, $password)->status, 303,
        "$who is signed in";
    $cookie{$who} = 'Cookie: login=' . $browser{$who}->cookie('login')
        . "\r\n";
}

$cookie{nobody} = '';
$cookie{'who is gone'} = do {
    my $browser = $t->browser;

    $browser->sign_in($bob, $password);

    my $cookie = $browser->cookie('login');

    $browser->sign_out;
    "Cookie: login=$cookie\r\n";
};

my @people = ($ann, $bob, 'nobody', 'who is gone');


sub ask {
    my ($uri, $who, %opt) = @_;

    my $method = $opt{method} // 'GET';
    my $cookie = $cookie{ $who // 'nobody' };

    return $t->raw("$method $uri HTTP/1.1\r\nHost: localhost\r\n$cookie"
                   . "Connection: close\r\n\r\n", port => $opt{port});
}


sub ask_h2 {
    my ($uri, $who) = @_;

    my $http2 = Login::Http2->new($t->port('h2'));

    return $http2->ask([ 'GET', $uri,
                         [ map { s/\r\n//r } $cookie{$who} || () ] ]);
}


# --- what there is to be told

{
    my $sessions = decode_json($t->cli_ok('--json', 'session', 'list'));

    for my $who ($ann, $bob) {
        my $user = decode_json($t->cli_ok('--json', 'user', 'show', $who));
        my ($session) = grep { $_->{username} eq $who } @$sessions;

        $told{$who} = [ split /\|/, ask('/off/return', $who)->body, -1 ];

        my %fact;

        @fact{@facts} = @{ $told{$who} };

        is $fact{user}, $who, "$who: user";
        is $fact{principal}, $who, "$who: principal";
        is $fact{id}, $user->{id}, "$who: id";
        is $fact{id}, $id{$who}, "$who: as elsewhere";
        is $fact{org}, 'default', "$who: org";
        is $fact{methods}, 'pwd', "$who: methods";
        is $fact{session}, $session->{id}, "$who: session";
        like $fact{auth_time}, qr/^\d{10}$/, "$who: auth_time";
        is $fact{expires}, $fact{auth_time} + 20 * 86400, "$who: expires";
    }

    my %fact;

    @fact{@facts} = @{ $told{$ann} };
    is $fact{name}, $name, 'name';
    is $fact{email}, 'a@mail.example', 'email';
    is $fact{language}, 'de', 'language';
    is join(',', sort split /,/, $fact{roles}), 'admin,staff', 'roles';
}

$told{$_} = [ ('') x @facts ] for 'nobody', 'who is gone';


sub list_of { join '|', @{ $told{ $_[0] } } }
sub in      { $_[0] =~ /@/ }


# --- everywhere

for my $who (@people) {
    my $known = in($who);
    my %fact;

    @fact{@facts} = @{ $told{$who} };

    for my $where (sort keys %gate) {
        my %body = (
            return  => list_of($who),
            set     => list_of($who),
            rewrite => list_of($who),
            error   => list_of($who),
            named   => list_of($who),
            sub     => list_of($who),
            ssi     => list_of($who),
            proxy   => list_of($who) . "#/echo/$fact{id}?$fact{user}",
            if      => join('', map { length $fact{$_} ? 1 : () } @facts),
            same    => $who eq $ann ? 'it is ann' : 'neither',
            map     => join('|', map { length $fact{$_} ? "<$fact{$_}>"
                                                         : 'none' } @facts),
            'root/file.txt'  => "file of $fact{id}",
            'alias/file.txt' => "file of $fact{id}",
            try              => "file of $fact{id}",
            'index/'         => 'index of ' . ($fact{language} || 'none'),
            entity  => join('', map { s/&/&amp;/g; s/</&lt;/g; s/>/&gt;/g;
                                      s/"/&quot;/g; $_ } "$fact{name}")
                       . ($known ? 'in' : 'out'),
        );

        for my $what (sort keys %body) {
            my $uri = "/$where/$what";

            for my $response (ask($uri, $who), ask_h2($uri, $who)) {
                if ($where eq 'on' && !$known) {
                    is $response->status, 401, "$uri, $who: refused";
                    next;
                }

                is $response->body, $body{$what}, "$uri, $who";
            }
        }

        # headers

        my $response = ask("/$where/header", $who);

        is join('|', map { $response->header(field($_)) // '' } @facts),
            list_of($who), "/$where/header, $who";

        is scalar(map { $response->header(field($_)) } @facts),
            $where eq 'on' && !$known ? 0
                : scalar(grep { length } @{ $told{$who} }),
            'and none that is empty';

        # subrequests of a page that has no gate

        my $part = $where eq 'on' && !$known ? undef : list_of($who);

        $response = ask("/$where/parts", $who);
        is $response->status, 200, "/$where/parts, $who";

        defined $part
            ? is $response->body, "a $part $part#/echo/$fact{id}?$fact{user} z",
                'the same in its parts'
            : unlike $response->body, qr/\|/, 'without its parts';

        next if $where eq 'on' && !$known;

        is ask("/$where/auth", $who)->header('X-Facts'), list_of($who),
            "/$where/auth, $who: in auth_request";
        is ask("/$where/redirect", $who)->location,
            'http://localhost:' . $t->port . "/echo?$fact{user}",
            "/$where/redirect, $who";

        like ask("/$where/chain", $who)->body,
            $who eq $ann ? qr/^yes a a-$fact{id}-[12]$/
                : $who eq $bob ? qr/^no b b-$fact{id}-[12]$/
                : qr/^no none none--[12]$/, "/$where/chain, $who";
        like ask("/$where/split", $who)->body, qr/^[12]{12}$/,
            "/$where/split, $who";
        is ask("/$where/split", $who)->body, ask("/off/split", $who)->body,
            'always on the same side';
    }

    is ask('/basic', $who)->header('WWW-Authenticate'),
        "Basic realm=\"for $fact{user}\"", "auth_basic, $who";

    # elsewhere

    is ask('/', $who, port => 'realm')->body, list_of('nobody'),
        "another realm, $who: nobody";
    is ask('/gated', $who, port => 'realm')->status, 401,
        'who is not let in there';
}

{
    my ($status, $out) = $t->command({}, 'curl', '-sk', '-b',
        $cookie{$ann} =~ /: (.*)\r/, 'https://127.0.0.1:' . $t->port('tls')
        . '/');

    is $out, "user=$ann", 'in the name of a certificate: nobody yet';
}


# --- keys of zones and caches

for my $where (sort keys %gate) {
    my %of;

    for my $who (@people) {
        next if $where eq 'on' && !in($who);

        # without a gate, what was made for somebody known is not kept

        if ($where eq 'off' && in($who)) {
            isnt ask("/$where/cache", $who)->body,
                ask("/$where/cache", $who)->body, "/$where/cache, $who: anew";
            next;
        }

        # it is in the cache a moment after it was answered

        my $body = '';

        ok wait_for(sub {
            my $before = $body;

            $body = ask("/$where/cache", $who)->body;
            return $body eq $before;
        }), "/$where/cache, $who: the same again";

        push @{ $of{$body} }, in($who) ? $who : 'nobody';
    }

    is join(' ', sort map { join '+', @$_ } values %of),
        join(' ', sort $where eq 'off' ? () : ($ann, $bob),
                       $where eq 'on' ? () : 'nobody+nobody'),
        "/$where/cache: nobody gets what somebody else has";
}

for my $fact (@facts) {
    my ($i) = grep { $facts[$_] eq $fact } 0 .. $#facts;
    my $same = $told{$ann}[$i] eq $told{$bob}[$i];

    for my $who (@people) {
        my $key = $told{$who}[$i];
        my @status = map { ask("/$_/req/$fact", $who)->status }
            qw(off optional on off);
        my $first = $who eq $bob && $same ? 429 : 200;

        is "@status", !in($who) ? '200 200 401 200'
            : $key eq '' ? '200 200 200 200' : "$first 429 429 429",
            "limit_req by $fact, $who";
    }

    # one request of ann's stays, until its body has come

    my $held = $t->connection;

    $held->send("POST /on/conn/$fact HTTP/1.1\r\nHost: localhost\r\n"
                . $cookie{$ann} . "Content-Length: 1\r\n"
                . "Expect: 100-continue\r\n\r\n");
    is $held->response(continue => 1)->status, 100, "limit_conn by $fact";

    my $full = $told{$ann}[$i] eq '' ? 200 : 503;

    is ask("/off/conn/$fact", $ann)->status, $full, 'for one of ann at a time';
    is ask("/off/conn/$fact", $bob)->status, $same ? $full : 200,
        'and for bob';
    is ask("/off/conn/$fact", 'nobody')->status, 200, 'never for nobody';

    $held->send('x');
    is $held->response->status, 200, 'the first one ends';

    # when the other worker has seen to it

    ok wait_for(sub { ask("/off/conn/$fact", $ann)->status == 200 }),
        'and makes room';
}


# --- the log

# The lines about requests for "uri"; waits until there are so many.

sub lines {
    my ($file, $uri, $n) = @_;

    my @lines;

    wait_for(sub {
        @lines = grep { $_->{uri} eq $uri } map { decode_json($_) }
            split /\n/, $t->read_file($file);
        return @lines >= $n;
    });

    return @lines;
}


# As JSON has them: characters.

sub told {
    my ($who) = @_;

    return [ map { my $text = $_; utf8::decode($text); $text }
             @{ $told{$who} } ];
}


for my $who (@people) {
    for my $where (sort keys %gate) {
        (my $name = $who) =~ tr/a-z/-/cs;

        # where nothing but the log asks, and where others have

        for my $what (qw(logged file ssi)) {
            my $uri = "/$where/$what?$name";

            ask($uri, $who);
            ask_h2($uri, $who);

            my @lines = lines('facts.log', $uri, 2);

            is_deeply $_->{facts}, told($who), "the log of $uri, $who"
                for @lines;

            # by the variable, each has a file, or none

            my %files = (
                "logs/person-$told{$who}[2].log" => 2,
                'known.log' => in($who) ? 2 : 0,
            );

            for my $file (sort keys %files) {
                is scalar(lines($file, $uri, $files{$file})), $files{$file},
                    "$file has it" . ($files{$file} ? '' : ' not')
                    . ": $uri, $who";
            }
        }
    }
}

is join(' ', sort map { m{([^/]+)$} } glob $t->dir . '/logs/*'),
    join(' ', sort map { "person-$_.log" } '', values %id),
    'a log for each, and one for nobody';


# who has just signed in or out

{
    my %state = (portal => 'facts.log', early => 'early.log');

    for my $where (sort keys %state) {
        my $person = $t->browser($where eq 'early'
                                 ? (port => $t->port('early')) : ());

        $person->get("/login/?in-$where");
        is $person->sign_in($ann, $password)->status, 303,
            "$where: signed in";

        my $csrf = $person->get('/login/logout')->csrf;

        is $person->post("/login/?again-$where", {
            csrf => $csrf, username => $bob, password => $password,
            switch => 1 })->status, 303, "$where: somebody else";
        is $person->get("/login/session?then-$where", headers =>
            { Accept => '*/*' })->status, 200, 'who is known';
        is $person->post("/login/logout?out-$where", { csrf => $csrf })->status,
            303, "$where: signed out";

        # the log is written when all is done: the request that made an end
        # of a session has none, but for what was set before that

        my ($again) = lines($state{$where}, "/login/?again-$where", 1);
        my ($then) = lines($state{$where}, "/login/session?then-$where", 1);
        my ($out) = lines($state{$where}, "/login/logout?out-$where", 1);
        my $early = $where eq 'early';

        is_deeply $_->{facts}, told('nobody'),
            "$where: nobody in the line of $_->{uri}" for $again, $out;
        is $then->{facts}[0], $bob, 'the line in between has the new one';
        is $again->{set}, $early ? $ann : '', 'who was set before';
        is $out->{set}, $early ? $bob : '', 'who was set before that';
    }

    # and who signs in was nobody yet

    for my $where (sort keys %state) {
        my ($in) = lines($state{$where}, "/login/?in-$where", 1);

        is_deeply [ grep { $_->{method} eq 'POST' && in($_->{facts}[0]) }
                    lines($state{$where}, '/login/', 1) ], [ ],
            "$where: nobody in the line of a sign-in";
        is $in->{facts}[0], '', 'nor of its page';
    }
}


# --- a session that ends in the midst of a request

for my $where (sort keys %gate) {
    my $person = $t->browser;

    $person->sign_in($bob, $password);

    my $uri = "/$where/waits?ended";
    my $connection = $t->connection;

    $connection->send("POST $uri HTTP/1.1\r\nHost: localhost\r\n"
        . 'Cookie: login=' . $person->cookie('login') . "\r\n"
        . "Content-Length: 1\r\nExpect: 100-continue\r\n\r\n");

    is $connection->response(continue => 1)->status, 100,
        "$uri: let in, if there was a gate";

    $t->cli_ok('session', 'revoke', $bob);
    $connection->send('x');

    my $r = $connection->response;
    my ($line) = lines('facts.log', $uri, 1);

    is $r->body, "|$bob", 'the application is told of nobody any longer';
    is $r->header('X-User'), undef, 'nor is the client';
    is $r->header('X-Set'), $bob, 'what was set stays as it was';
    is_deeply $line->{facts}, told('nobody'), 'nobody in the log';
    is $line->{set}, $bob, 'but for what was set';
}


# --- requests that come to nothing are logged as well

{
    my $uri = '/off/return?broken';
    my $cookie = $cookie{$ann};
    my %broken = (
        'no request'       => "GET\r\n\r\n",
        'an empty one'     => "\r\n\r\n",
        'TLS'              => "\x16\3\1\0\5\1\0\0\1\0\r\n\r\n",
        'a bad URI'        => "GET /%zz HTTP/1.1\r\nHost: a\r\n$cookie\r\n",
        'no Host'          => "GET $uri HTTP/1.1\r\n$cookie\r\n",
        'two Hosts'        => "GET $uri HTTP/1.1\r\n${cookie}Host: a\r\n"
                              . "Host: b\r\n\r\n",
        'a bad Host'       => "GET $uri HTTP/1.1\r\n${cookie}Host: a b\r\n\r\n",
        'a bad length'     => "GET $uri HTTP/1.1\r\nHost: a\r\n$cookie"
                              . "Content-Length: x\r\n\r\n",
        'a bad field'      => "GET $uri HTTP/1.1\r\nHost: a\r\n${cookie}a\0: b"
                              . "\r\n\r\n",
        'a long field'     => "GET $uri HTTP/1.1\r\nHost: a\r\n${cookie}a: "
                              . 'x' x 40000 . "\r\n\r\n",
        'a long cookie'    => "GET $uri HTTP/1.1\r\nHost: a\r\n"
                              . 'Cookie: a=' . 'x' x 40000 . "\r\n\r\n",
        'half a head'      => "GET $uri HTTP/1.1\r\nHost: a\r\n$cookie",
        'half a cookie'    => "GET $uri HTTP/1.1\r\nHost: a\r\n"
                              . substr($cookie, 0, -5),
        'half a body'      => "POST /off/proxy?broken HTTP/1.1\r\nHost: a\r\n"
                              . "${cookie}Content-Length: 9\r\n\r\nx",
        'TRACE'            => "TRACE $uri HTTP/1.1\r\nHost: a\r\n$cookie\r\n",
        'HTTP/2.0'         => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        'HTTP/0.9'         => "GET $uri\r\n",
    );

    for my $what (sort keys %broken) {
        my $connection = $t->connection;

        $connection->send($broken{$what});
        shutdown $connection->socket, 1;
        eval { $connection->rest };

        unlike $@, qr/no answer/, "$what: comes to an end";
    }

    my $http2 = Login::Http2->new($t->port('h2'));
    my @fields = ([ ':method', 'GET' ], [ ':scheme', 'http' ],
                  [ ':path', $uri ], [ ':authority', 'localhost' ]);
    my $value = $cookie =~ s/^Cookie: (.*)\r\n/$1/r;

    $http2->wait(map { $http2->start($_) }
        [ @fields, [ ':path', '/' ], [ 'cookie', $value ] ],
        [ [ 'cookie', $value ], @fields, [ 'a b', 'c' ] ],
        [ [ 'cookie', $value ], @fields[0 .. 1] ],
        [ [ 'cookie', $value ], @fields, [ 'content-length', 'x' ] ]);
    $http2->connection->close;

    # whoever was read that far, and nobody else

    ask("$uri-last", $ann);
    lines('facts.log', "$uri-last", 1);

    my @wrong = grep { $_ ne join('|', @{ told($ann) })
                       && $_ ne join('|', @{ told('nobody') }) }
        map { join '|', @{ $_->{facts} } }
        grep { $_->{uri} !~ /^\// || $_->{uri} =~ /broken|zz/ }
        map { decode_json($_) } split /\n/, $t->read_file('facts.log');

    is join("\n", @wrong), '', 'each line has ann, or nobody';
}


# --- where there is no portal

{
    my $plain = Login::Test->new(init => 0, no_store => 1);

    $plain->run(<<"END");
log_format facts escape=json '{"uri":"\$request_uri","facts":["\$login_user"]}';

server {
    listen 127.0.0.1:%%PORT%%;
    access_log %%DIR%%/facts.log facts;
    location / { return 200 "$all#\$http_cookie#\$remote_user"; }
}
END

    is $plain->raw("GET / HTTP/1.1\r\nHost: localhost\r\n$cookie{$ann}"
                   . "Connection: close\r\n\r\n")->body,
        ('|' x 11) . '#' . ($cookie{$ann} =~ /: (.*)\r/)[0] . '#',
        'nobody is known, and no cookie is ours';
}


done_testing;
