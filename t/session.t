#!/usr/bin/perl

# The session cookie: what it looks like, that nothing but the very bytes we
# gave out is taken for one, and that it's dead everywhere once it has ended.

use strict;
use warnings;

use IO::Select;
use JSON::PP;
use MIME::Base64 qw(decode_base64url encode_base64url);

use Login::Test;


my $password = 'correct horse battery staple';
my @people = map { "$_\@example.com" } qw(ann bob cid dan eve fay);

my $server = <<'END';
    server_name localhost;
    login on;
    keepalive_requests 100000;

    location = /worker { login off; return 200 $pid; }
    location = /slow { limit_req zone=slow burst=100; empty_gif; }
    location / { return 200 "canary $login_user $login_session"; }
END

my $portal = 'location /login/ { login_portal; }';
my $limit = 'limit_req_zone $binary_remote_addr zone=slow:1m rate=30r/m;';


# Asks on a connection that stays open; the answer may be none.

sub ask {
    my ($connection, $cookie, $path) = @_;

    $path //= '/';
    $cookie = join '', map { "Cookie: $_\r\n" } ref $cookie ? @$cookie
        : defined $cookie ? $cookie : ();

    $connection->send("GET $path HTTP/1.1\r\nHost: localhost\r\n$cookie\r\n");

    return $connection->response;
}


sub let_in {
    my ($response) = @_;

    return $response && ($response->status == 200
                         || $response->body =~ /canary/) ? 1 : 0;
}


# What is in a Set-Cookie besides name and value must be exactly this.

sub cookie_is {
    my ($response, $name, $attributes, $test) = @_;

    my @cookies = grep { $_->{name} eq $name } $response->cookies;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    is scalar @cookies, 1, "$test: one cookie \"$name\"" or return;
    is_deeply $cookies[0]{attributes}, $attributes, "$test: attributes";
    cmp_ok length $cookies[0]{line}, '<=', 4096, "$test: size";
}


my $t = Login::Test->new(
    workers  => 4,
    accounts => { map { $_ => $password } @people },
    http     => "$limit login_hash memory=1m passes=1;",
);

$t->run(<<"END");
server {
    listen 127.0.0.1:%%PORT%% reuseport;
    $portal
    $server
}

server {
    listen 127.0.0.1:%%PORT_large%%;
    login_portal_url http://localhost:%%PORT%%/login/;
    large_client_header_buffers 8 128k;
    $server
}

server {
    listen 127.0.0.1:%%PORT_foreign%%;
    $portal
    $server
}
END


# --- attributes

my %plain = (path => '/', httponly => '', samesite => 'Lax');

{
    my $browser = $t->browser;
    my $page = $browser->get('/login/');

    cookie_is $page, 'login_browser', \%plain, 'page';
    is scalar $page->cookies, 1, 'page: no other cookie';

    my $answer = $browser->sign_in($people[0], $password);

    is $answer->status, 303, 'signed in';
    cookie_is $answer, 'login', { %plain, 'max-age' => 20 * 86400 },
        'signed in';
    cookie_is $answer, 'login_browser', { %plain, 'max-age' => 34560000 },
        'signed in';
    is scalar $answer->cookies, 2, 'signed in: no other cookie';

    is scalar $browser->get('/')->cookies, 0, 'no cookie while it is fresh';

    my $out = $browser->sign_out;

    is $out->status, 303, 'signed out';
    cookie_is $out, 'login', { %plain, 'max-age' => 0 }, 'signed out';
    is $out->cookie('login')->{value}, '', 'signed out: no value';
    is $out->header('Clear-Site-Data'), '"cache"', 'and the cache is cleared';

    my $shared = $browser->sign_in($people[0], $password, undef, shared => 1);

    is $shared->status, 303, 'shared: signed in';
    cookie_is $shared, 'login', \%plain, 'shared';

    for my $cookie (grep { $_->{name} ne 'login' } $shared->cookies) {
        ok !exists $cookie->{attributes}{'max-age'},
            "shared: nothing stays ($cookie->{name})";
    }

    my $refused = $t->browser->sign_in($people[0], 'wrong');

    is $refused->status, 403, 'wrong password';
    ok !$refused->cookie('login'), 'wrong password: no session';
}


# --- only the very bytes

my $browser = $t->browser;
my $token;

# one that has what another alphabet writes differently

for (1 .. 100) {
    $browser->sign_in($people[1], $password, '/login/?switch=1');
    $token = $browser->cookie('login');
    last if $token =~ /-/ && $token =~ /_/;
}

my $raw = decode_base64url($token);

is encode_base64url($raw), $token, 'the cookie is base64url';

{
    my $connection = $t->connection;
    my (%taken, $asked);

    my $try = sub {
        my ($what, $value) = @_;

        return if $value eq $token;

        my $response = ask($connection, "login=$value");

        $asked++;
        $taken{$what}++ if let_in($response);

        $connection = $t->connection
            if !$response || $response->status == 400;
    };

    for my $bit (0 .. 8 * length($raw) - 1) {
        my $changed = $raw;

        vec($changed, $bit, 1) ^= 1;
        $try->('bit of what was encoded', encode_base64url($changed));
    }

    for my $bit (0 .. 8 * length($token) - 1) {
        my $changed = $token;

        vec($changed, $bit, 1) ^= 1;
        next if $changed =~ /[\r\n\0]/;
        $try->('bit of the text', $changed);
    }

    for my $n (1 .. 64) {
        $try->('truncated', substr $token, 0, -$n);
        $try->('truncated before', substr $token, $n);
        $try->('truncated bytes', encode_base64url(substr $raw, 0, -$n));

        for my $more ('A', '=', '.', "\x00A") {
            $try->('extended', $token . ($more x $n)) if $more !~ /\0/;
            $try->('extended before', ($more x $n) . $token)
                if $more !~ /\0/;
            $try->('extended bytes', encode_base64url($raw . ($more x $n)));
        }
    }

    for my $i (0 .. length($token) - 1) {
        my $changed = $token;
        my $char = substr $token, $i, 1;

        substr $changed, $i, 1, $char =~ tr/a-zA-Z/A-Za-z/r;
        $try->('case', $changed);

        substr $changed, $i, 1, '%' . unpack 'H*', $char;
        $try->('percent', $changed);
    }

    # the bits behind the last byte

    my @alphabet = ('A' .. 'Z', 'a' .. 'z', 0 .. 9, '-', '_');
    my ($last) = grep { $alphabet[$_] eq substr $token, -1 } 0 .. 63;
    my $spare = length($token) * 6 - length($raw) * 8;

    is $spare, 2, 'the last character has spare bits';

    for my $more (1 .. 3) {
        $try->('spare bits', substr($token, 0, -1) . $alphabet[$last ^ $more]);
    }

    (my $other = $token) =~ tr{-_}{+/};
    $try->('other alphabet', $other);

    for my $pair ([ '-', '+' ], [ '_', '/' ]) {
        my ($from, $to) = @$pair;
        (my $changed = $token) =~ s{\Q$from}{$to};
        $try->('other alphabet', $changed);
    }

    $try->('padding', "$token=");
    $try->('padding', "$token==");
    $try->('quotes', "\"$token\"");
    $try->('upper case', uc $token);
    $try->('lower case', lc $token);

    is_deeply \%taken, {}, "none of $asked changed cookies is taken";
    ok let_in(ask($t->connection, "login=$token")), 'the real one still is';
}

{
    my $connection = $t->connection;
    my $csrf = $browser->cookie('login_browser');

    for my $cookies (
        "login=$token; login=$token",
        "login=$token; a=b; login=",
        [ "login=$token", "login=$token" ],
        [ "login=$token", 'a=b', 'login=x' ],
    ) {
        my $shown = ref $cookies ? join ' and ', @$cookies : $cookies;

        $shown =~ s/\Q$token/TOKEN/g;

        my $response = ask($connection, $cookies);

        ok !let_in($response), "two cookies are none: $shown";
        like $response->status, qr/^(?:302|401)$/, 'refused';
    }

    for my $name (qw(Login LOGIN login_browser __Host-login
                     __Secure-login login2 xlogin))
    {
        ok !let_in(ask($connection, "$name=$token")), "not in \"$name\"";
    }

    ok !let_in(ask($connection, "login=$csrf")),
        'the browser cookie is no session';
    ok !let_in(ask($t->connection('foreign'), "login=$token")),
        'not at the gate of another portal';
    ok let_in(ask($connection, "a=b; login=$token; c=d")), 'among others';
    ok let_in(ask($connection, [ 'a=b', "login=$token", 'c=d' ])),
        'in a header of its own';
}


# --- too much

{
    my %cookies = (
        '8 KiB'       => 'x=' . 'y' x (8 * 1024),
        '16 KiB'      => 'x=' . 'y' x (16 * 1024),
        '64 KiB'      => 'x=' . 'y' x (64 * 1024),
        'a long one'  => 'login=' . 'A' x (7 * 1024),
        '500 cookies' => join('; ', map { "c$_=1" } 1 .. 500),
        '500 of ours' => join('; ', map { "login=$_" } 1 .. 500),
        '500 lines'   => [ map { "c$_=1" } 1 .. 500 ],
        '500 lines of ours' => [ map { "login=$_" } 1 .. 500 ],
        '5000 semicolons' => ';' x 5000,
        '2000 equals' => '=;' x 2000,
    );

    for my $port ('', 'large') {
        for my $what (sort keys %cookies) {
            my $response = ask($t->connection($port), $cookies{$what});

            ok !let_in($response), "$what: not let in ($port)";
            like $response->status, qr/^(?:302|400|401)$/, "$what: refused";
        }

        ok let_in(ask($t->connection($port), "login=$token")),
            "and goes on ($port)";
    }

    ok !let_in(ask($t->connection('large'),
                   [ (map { "c$_=1" } 1 .. 500), "login=$token" ])),
        'too many headers to look at: no session';

    ok let_in(ask($t->connection('large'),
                  'x=' . ('y' x 65536) . "; login=$token")),
        'a session behind a lot is found';
}


# --- fixation

sub session {
    my ($connection, $cookie) = @_;

    my $response = ask($connection, "login=$cookie");

    return let_in($response) ? $response->body : 'nobody';
}

{
    my $connection = $t->connection;
    my $attacker = $t->browser;
    my $victim = $t->browser;

    $attacker->sign_in($people[2], $password);

    my $planted = $attacker->cookie('login');

    like session($connection, $planted), qr/ $people[2] /, 'a session';

    # the attacker's session is in the victim's browser

    $victim->cookie('login', $planted);

    my $answer = $victim->sign_in($people[3], $password, '/login/?switch=1');

    is $answer->status, 303, 'signed in over it';

    my $fresh = $victim->cookie('login');

    isnt $fresh, $planted, 'with another cookie';
    like session($connection, $fresh), qr/ $people[3] /, 'of who signed in';
    is session($connection, $planted), 'nobody', 'the old one is dead';

    # garbage that was there before is not taken over

    my $fixed = $t->browser;

    $fixed->cookie('login', 'A' x length $token);
    $fixed->sign_in($people[3], $password);

    isnt $fixed->cookie('login'), 'A' x length $token, 'nothing is adopted';

    # each sign-in of the same person

    my @cookies = $fixed->cookie('login');

    for (1 .. 3) {
        $fixed->sign_in($people[3], $password, '/login/?switch=1');
        push @cookies, $fixed->cookie('login');
    }

    my %ids = map { (split / /, session($connection, $_))[-1] => 1 }
        $cookies[-1];
    my %different = map { $_ => 1 } @cookies;

    is scalar keys %different, 4, 'four sign-ins, four cookies';
    ok $ids{nobody} ? 0 : 1, 'the last one lives';
    is session($connection, $_), 'nobody', 'an earlier one is dead'
        for @cookies[0 .. 2];
    like session($connection, $fresh), qr/ $people[3] /,
        'that of the other browser lives';
}

{
    my $connection = $t->connection;
    my $ann = $t->browser;
    my $bob = $t->browser;

    # begun as one, finished as another

    $ann->sign_in($people[0], $password);

    my $old = $ann->cookie('login');
    my $page = $ann->get('/login/?switch=1&return_to=/here');

    is session($connection, $old), $ann->get('/')->body,
        'asking for another account ends nothing';

    $ann->submit($page, { username => $people[1], password => $password });

    like session($connection, $ann->cookie('login')), qr/ $people[1] /,
        'switched';
    is session($connection, $old), 'nobody', 'the first one is dead';

    # a form that was made for another browser

    my $theirs = $bob->get('/login/');
    my $mine = $t->browser;

    $mine->get('/login/');

    my $answer = $mine->submit($theirs, { username => $people[0],
                                          password => $password });

    is $answer->status, 403, 'the form of another browser is refused';
    ok !$answer->cookie('login'), 'and makes no session';

    # a wrong password leaves the session alone

    $old = $ann->cookie('login');
    $answer = $ann->sign_in($people[0], 'wrong', '/login/?switch=1');

    is $answer->status, 403, 'wrong password for another account';
    like session($connection, $old), qr/ $people[1] /, 'the session lives on';
}

# many at once, each gets its own

{
    my (@forms, %got);

    for my $i (0 .. 23) {
        my $browser = $t->browser;
        my $page = $browser->get('/login/');
        my $person = $people[$i % @people];
        my $body = Login::Browser::encode({
            csrf => $page->csrf, username => $person, password => $password,
        });

        push @forms, [ $person, $t->connection,
            "POST /login/ HTTP/1.1\r\nHost: localhost\r\n"
            . 'Cookie: login_browser=' . $browser->cookie('login_browser')
            . "\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            . 'Content-Length: ' . length($body) . "\r\n\r\n$body" ];
    }

    $_->[1]->send($_->[2]) for @forms;

    for my $form (@forms) {
        my ($person, $connection) = @$form;
        my $cookie = $connection->response->cookie('login') or next;

        $got{ session($connection, $cookie->{value}) =~ / \Q$person\E /
              ? 'own' : 'foreign' }++;
    }

    is_deeply \%got, { own => 24 }, 'sign-ins at once do not mix';
}


# --- the end of a session, in every worker

sub every_worker {
    my ($connections, $cookie) = @_;

    return join ' ', map { let_in(ask($connections->{$_}, "login=$cookie")) }
        sort keys %$connections;
}

{
    my $connections = $t->worker_connections('/worker');
    my $browser = $t->browser;

    $browser->sign_in($people[0], $password);

    my $cookie = $browser->cookie('login');

    is every_worker($connections, $cookie), '1 1 1 1', 'every worker knows it';

    is $browser->sign_out->status, 303, 'signed out';
    is every_worker($connections, $cookie), '0 0 0 0', 'none knows it now';

    my ($accepted, %asked) = (0);

    for (1 .. 200) {
        my $connection = $t->connection;

        $asked{ ask($connection, undef, '/worker')->body }++;
        $accepted += let_in(ask($connection, "login=$cookie"));
    }

    is $accepted, 0, 'none of 200 replays is accepted';
    is scalar keys %asked, 4, 'on four workers';

    my $session = $t->connection;

    is ask($session, "login=$cookie", '/login/session')->status, 401,
        'nor at the portal';
    like ask($session, "login=$cookie", '/login/')->body,
        qr/data-page="signin"/, 'which asks to sign in';
}

{
    my $connections = $t->worker_connections('/worker');
    my $json = JSON::PP->new;

    my %ends = (
        'session revoke U ID' => sub {
            my ($user, $id) = @_;
            $t->cli_ok('session', 'revoke', $user, $id);
        },
        'session revoke U' => sub {
            $t->cli_ok('session', 'revoke', $_[0]);
        },
        'user disable' => sub {
            $t->cli_ok('user', 'disable', $_[0]);
        },
        'user password' => sub {
            $t->cli_ok({ stdin => "another $password\n" },
                       'user', 'password', $_[0], '--stdin');
        },
        'user remove' => sub {
            $t->cli_ok('user', 'remove', $_[0]);
        },
    );

    my $n = 0;

    for my $what (sort keys %ends) {
        my $user = "end$n\@example.com";
        $n++;

        $t->add_user($user, $password);

        my @browsers = map { $t->browser } 1 .. 3;
        $_->sign_in($user, $password) for @browsers;

        my @cookies = map { $_->cookie('login') } @browsers;
        my $id = (split / /, $browsers[0]->get('/')->body)[-1];
        my $list = $json->decode(
            $t->cli_ok('--json', 'session', 'list', $user));

        is scalar(grep { $_->{id} eq $id } @$list), 1,
            "$what: listed under the id that logs have";

        for my $cookie (@cookies) {
            is every_worker($connections, $cookie), '1 1 1 1',
                "$what: alive before";
        }

        $ends{$what}->($user, $id);

        my @dead = $what =~ /ID$/ ? $cookies[0] : @cookies;

        for my $cookie (@dead) {
            is every_worker($connections, $cookie), '0 0 0 0',
                "$what: dead in every worker";
        }

        if ($what =~ /ID$/) {
            is every_worker($connections, $cookies[1]), '1 1 1 1',
                "$what: the others live";
        }

        if ($what eq 'user disable') {
            is $t->browser->sign_in($user, $password)->status, 403,
                "$what: cannot sign in";
            $t->cli_ok('user', 'enable', $user);
            is every_worker($connections, $cookies[0]), '0 0 0 0',
                "$what: enabling brings no session back";
        }

        if ($what eq 'user remove') {
            $t->add_user($user, $password);
            is every_worker($connections, $cookies[0]), '0 0 0 0',
                "$what: a new account of that name has no old session";
        }

        if ($what eq 'user password') {
            is $t->browser->sign_in($user, $password)->status, 403,
                "$what: the old one is refused";
        }
    }
}


# --- the end of a session in the midst of a request

# The gate looks before and after the time for which a request is delayed.

{
    my $ended;

    for (1 .. 10) {
        my $browser = $t->browser;

        $browser->sign_in($people[5], $password);

        my $cookie = $browser->cookie('login');
        my $mark = $t->log_mark;
        my $connection = $t->connection;

        $connection->send("GET /slow HTTP/1.1\r\nHost: localhost\r\n"
                          . "Cookie: login=$cookie\r\n\r\n");

        my $select = IO::Select->new($connection->socket);

        next unless wait_for(sub {
            $select->can_read(0) || $t->log_since($mark) =~ /delaying request/
        });

        $t->cli_ok('session', 'revoke', $people[5]);

        # where it was not delayed, or not for long enough, once more

        next if $select->can_read(0);

        $ended = $connection->response->status;
        last;
    }

    is $ended, 401, 'ended while a request was under way: refused';
}


# --- cookies of a browser's own

$t->reload(<<"END", http => "$limit login_session persistent=off;");
server {
    listen 127.0.0.1:%%PORT%% reuseport;
    login_cookie name=sid samesite=strict;
    $portal
    $server
}
END

{
    my $browser = $t->browser;

    my $answer = $browser->sign_in($people[0], $password);

    cookie_is $answer, 'sid', { %plain, samesite => 'Strict' },
        'persistent=off';
    cookie_is $answer, 'sid_browser', \%plain, 'persistent=off';
    ok let_in($browser->get('/')), 'a cookie of another name';

    $browser->restart;
    ok !let_in($browser->get('/')), 'is gone when the browser is closed';
}


# --- https: Secure, and the prefixes

my ($certificate, $secret) = map { $t->dir . "/$_" } qw(cert.pem cert.key);

{
    my ($status, undef, $err) = $t->command({}, qw(openssl req -x509 -newkey
        ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj
        /CN=www.example.test -keyout), $secret, '-out', $certificate);

    is $status, 0, 'a certificate' or diag $err;
}

# a server without the module, to speak TLS for our browser

my $tls = Login::Test->new(init => 0, no_store => 1, workers => 1);

sub https {
    my ($lines) = @_;

    $t->reload(<<"END");
server {
    listen 127.0.0.1:%%PORT%% ssl;
    server_name www.example.test;
    ssl_certificate $certificate;
    ssl_certificate_key $secret;
    login_portal_url https://www.example.test/login/;
    $lines
    login on;

    location /login/ { login_portal; }
    location / { return 200 "canary \$login_user"; }
}
END
}

https('');

$tls->run(<<"END");
server {
    listen 127.0.0.1:%%PORT%%;

    location / {
        proxy_pass https://127.0.0.1:@{[ $t->port ]};
        proxy_set_header Host \$http_host;
    }
}
END

my %secure = (%plain, secure => '');

{
    my $browser = $tls->browser(scheme => 'https', host => 'www.example.test',
                                port => $tls->port);

    # the browser counts its port as https's own
    $browser->{headers}{Host} = 'www.example.test';
    $browser->{headers}{Origin} = 'https://www.example.test';

    my $page = $browser->get('https://www.example.test/login/');

    cookie_is $page, '__Host-login_browser', \%secure, 'https';

    my $answer = $browser->submit($page, { username => $people[0],
                                           password => $password });

    is $answer->status, 303, 'https: signed in';
    cookie_is $answer, '__Host-login',
        { %secure, 'max-age' => 20 * 86400 }, 'https';
    cookie_is $answer, '__Host-login_browser',
        { %secure, 'max-age' => 34560000 }, 'https';
    is scalar $answer->cookies, 2, 'https: no other cookie';

    my $cookie = $answer->cookie('__Host-login')->{value};

    ok let_in($browser->get('https://www.example.test/')), 'https: let in';

    for my $name ('login', '__Secure-login', '__host-login') {
        my $other = $tls->browser;
        my $response = $other->get('/', headers => {
            Host => 'www.example.test', Cookie => "$name=$cookie",
        });

        ok !let_in($response), "https: not in \"$name\"";
    }

    my $out = $browser->get('https://www.example.test/login/logout');

    my ($form) = grep { ($_->{action} // '') =~ /logout$/ } $out->forms;

    cookie_is $browser->submit($out, {}, form => $form), '__Host-login',
        { %secure, 'max-age' => 0 }, 'https: signed out';
}

https('login_cookie domain=example.test;');

{
    my $browser = $tls->browser(scheme => 'https', host => 'www.example.test',
                                port => $tls->port);

    my $page = $browser->get('https://www.example.test/login/');

    cookie_is $page, '__Host-login_browser', \%secure, 'domain';

    my $answer = $browser->submit($page, { username => $people[0],
                                           password => $password });

    is $answer->status, 303, 'domain: signed in';
    cookie_is $answer, '__Secure-login',
        { %secure, domain => 'example.test', 'max-age' => 20 * 86400 },
        'domain';
    cookie_is $answer, '__Host-login_browser',
        { %secure, 'max-age' => 34560000 }, 'domain';
}

done_testing;
