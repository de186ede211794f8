#!/usr/bin/perl

# Where people are sent after signing in and out: nowhere but where the
# configuration allows it.  Cases F01 and F03.

use strict;
use warnings;

use JSON::PP;
use Login::Test;


my $name = 'ann@example.com';
my $password = 'correct horse battery staple';

my $t = Login::Test->new(
    accounts => { $name => $password },
    http => 'login_hash memory=1m passes=1;',
);

# TLS ends in front of it, as far as a browser can tell

$t->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%%;
    server_name portal.example;
    login on;
    login_portal_url https://portal.example/login/;
    large_client_header_buffers 4 32k;

    location /login/ { login_portal; }
    location / { return 200 "hello $login_user"; }
}

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;
    login_return_host *.apps.example www.example.com;

    location /login/ { login_portal; }
    location / { return 200 "hello $login_user"; }
}

server {
    listen 127.0.0.1:%%PORT%%;
    server_name sso.example.net;
    login on;
    login_cookie name=net domain=example.net;

    location /login/ { login_portal; }
    location / { return 200 "hello $login_user"; }
}

server {
    listen 127.0.0.1:%%PORT%%;
    server_name app.example.net;
    login on;
    login_cookie name=net domain=example.net;
    login_portal_url http://sso.example.net:%%PORT%%/login/;

    location / { return 200 "hello $login_user"; }
}
END

my $origin = 'https://portal.example';


sub is_list {
    my ($list, $what) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    is join("\n", splice @$list, 0, 20), '', $what;
}


# --- F01: each payload, on every way that it can take

{
    my (@locations, @wrong, @kept, @mixed);
    my $json = JSON::PP->new->allow_nonref;
    my @payloads = map { $json->decode($_) } grep { /^"/ }
        map { my $line = $_; utf8::decode($line); $line }
        split /\n/, $t->read_file("$Login::Test::ROOT/t/unit/data/"
                                  . 'redirects.txt');

    cmp_ok scalar(@payloads), '>=', 578, 'payloads';

    my $asks = $t->browser(scheme => 'https', host => 'portal.example');
    my $form = $asks->get('/login/');
    my $browser = $asks->clone;

    my $check = sub {
        my ($payload, $way, $r, $home) = @_;

        if ($r->status == 400) {
            push @wrong, "$way: 400 of \"$payload\""
                if $payload !~ /[\x00\x{d800}-\x{dfff}]/;
            return 0;
        }

        my $location = $r->location // '';

        push @wrong, "$way: ${\ $r->status} \"$location\" of \"$payload\""
            unless $r->status == 303
            && $location =~ m{^https://portal\.example/[\x21-\x7e]*\z};
        push @locations, $location;

        return $location ne "$origin/login/$home";
    };

    for my $payload (@payloads) {
        my $bytes = $payload;

        utf8::encode($bytes);

        my $encoded = Login::Browser::escape($bytes);
        my $page = $asks->get("/login/?return_to=$encoded");
        my $kept = $page->form('username')->{fields}{return_to};

        push @wrong, "form: ${\ $page->status} of \"$payload\""
            if $page->status != 200
            || defined $kept && $kept ne $bytes;

        my $r = $browser->submit($form, {
            username => $name, password => $password,
            return_to => $bytes });

        my %went;

        $went{form} = $check->($payload, 'sign-in', $r, 'apps');

        # signed in now, unless the form was not readable

        $browser->submit($form, {
            username => $name, password => $password })
            if $r->status == 400;

        $r = $browser->get("/login/?return_to=$encoded");
        $went{address} = $check->($payload, 'signed in', $r, 'apps');

        if ($bytes =~ /^[\x21-\x7e]+\z/ && $bytes !~ /[#&]/) {
            $r = $browser->get("/login/?return_to=$bytes");

            # "%2f" and "+" are something else to a form that is sent

            if ($r->status == 303) {
                $check->($payload, 'as it is', $r, 'apps');
            }
        }

        $page = $browser->get("/login/logout?return_to=$encoded");

        my $field = $page->form('csrf')->{fields}{return_to};

        push @wrong, "logout form: \"$payload\""
            if defined $field != defined $kept;

        $r = $browser->submit($page, { return_to => $bytes },
                              form => $page->form('csrf'));
        $went{logout} = $check->($payload, 'sign-out', $r, '');

        if ($r->status == 400) {
            $browser->submit($page, { }, form => $page->form('csrf'));
        }

        for my $way (keys %went) {
            push @mixed, "$way: \"$payload\""
                if $went{$way} != (defined $kept ? 1 : 0);
        }

        push @kept, $payload if defined $kept;
    }

    utf8::encode($_) for @wrong, @mixed;

    is_list(\@wrong, 'each stays on the origin of the portal');
    is_list(\@mixed, 'all ways agree on each');
    cmp_ok scalar(@kept), '>', 10, 'some are paths, and taken';

    SKIP: {
        my $node = `node --version 2>&1` // '';

        skip 'no node', 1 unless $node =~ /^v\d/;

        # what browsers make of them (WHATWG URL)

        $t->write_file('locations.json', encode_json(\@locations));

        my ($status, $out, $err) = $t->command({ }, 'node', '-e', <<'END',
            const [file, origin] = process.argv.slice(1);
            const list = JSON.parse(require("fs").readFileSync(file));

            for (const location of list) {
                const url = new URL(location, `${origin}/login/`);

                if (url.origin !== origin || url.username || url.password) {
                    console.log(location);
                }
            }

            console.log(list.length);
END
            $t->dir . '/locations.json', $origin);

        is $out, @locations . "\n", 'in a browser, too'
            or diag $err;
    }
}


# --- hosts that are allowed

sub leads {
    my ($browser, $target) = @_;

    my $r = $browser->get('/login/?return_to='
                          . Login::Browser::escape($target));

    die $r->status unless $r->status == 303;

    return $r->location;
}

{
    my $browser = $t->browser;
    my $port = $t->port;
    my $apps = "http://localhost:$port/login/apps";

    $browser->sign_in($name, $password);

    for my $good ("http://localhost:$port/x?y", "http://a.apps.example/",
                  'https://a.apps.example/x?y=z', 'https://a.b.apps.example',
                  "http://a.apps.example:$port/x",
                  "https://a.apps.example:$port/",
                  'https://www.example.com/x', 'https://localhost/x')
    {
        is leads($browser, $good), $good, "allowed: $good";

        my $page = $t->browser->get('/login/?return_to='
                                    . Login::Browser::escape($good));

        is $page->form('username')->{fields}{return_to}, $good, 'on the form';
        like scalar $page->header('Content-Security-Policy'),
            qr{form-action [^;]* https?://\Q${\ host_of($good)}\E}i,
            'which may be sent there'
            if $good !~ /apps|https/;
    }

    for my $bad ('https://apps.example/', 'https://evilapps.example/',
                 'https://a.apps.example.evil.example/',
                 'https://a.apps.example@evil.example/',
                 'https://evil.example#.apps.example',
                 'https://evil.example/.apps.example',
                 'https://evil.example\.apps.example',
                 'https://a.apps.example:444/', 'https://.apps.example/',
                 'https://x@a.apps.example/', 'https://A.apps.example/',
                 'https://a.apps.example./', 'ftp://a.apps.example/',
                 'https:a.apps.example/', 'https:///a.apps.example/',
                 '//a.apps.example/', 'a.apps.example',
                 'https://example.com/', 'https://www.example.com.evil/',
                 'javascript://www.example.com/%0aalert(1)',
                 "http://localhost:$port\@evil.example/",
                 'http://portal.example/', 'https://[::1]/',
                 'https://127.0.0.1/', 'https://127.1/')
    {
        is leads($browser, $bad), $apps, "not allowed: $bad";
    }
}

sub host_of { return $_[0] =~ m{//([^/?]+)} ? $1 : '' }

# the cookie's domain

{
    my $port = $t->port;
    my $browser = $t->browser(host => 'sso.example.net');
    my $r = $browser->get("http://app.example.net:$port/deep?a=b");

    is $r->status, 302, 'a gate on another host';
    is $r->location, "http://sso.example.net:$port/login/?return_to="
        . Login::Browser::escape("http://app.example.net:$port/deep?a=b"),
        'leads to the portal, with its own address';

    $r = $browser->submit($browser->follow($r), {
        username => $name, password => $password });

    is $r->location, "http://app.example.net:$port/deep?a=b", 'and back';
    is $browser->follow($r)->body, "hello $name", 'signed in there as well';
    is leads($browser, "http://example.net:$port/"),
        "http://example.net:$port/", 'the domain itself';
    is leads($browser, 'https://b.example.net/x'), 'https://b.example.net/x',
        'and all below';
    is leads($browser, 'https://notexample.net/'),
        "http://sso.example.net:$port/login/apps", 'nothing beside';
}


# --- nothing is taken from the request

{
    my $port = $t->port;

    for my $headers ({ Host => 'evil.example' },
                     { Host => "evil.example:$port" },
                     { 'X-Forwarded-Host' => 'evil.example' },
                     { 'X-Forwarded-Proto' => 'javascript' },
                     { 'X-Forwarded-Proto' => 'http' },
                     { 'X-Forwarded-Port' => '1' },
                     { 'X-Forwarded-Prefix' => '//evil.example' },
                     { 'X-Original-URL' => '//evil.example' },
                     { 'X-Rewrite-URL' => '//evil.example' },
                     { 'Forwarded' => 'host=evil.example;proto=javascript' },
                     { 'Referer' => 'https://evil.example/' })
    {
        my ($what) = map { "$_: $headers->{$_}" } keys %$headers;
        my $browser = $t->browser(scheme => 'https', host => 'portal.example',
                                  headers => $headers);
        my $r = $browser->get('/x?y');

        is $r->location, "$origin/login/?return_to=%2Fx%3Fy", $what;

        $r = $browser->sign_in($name, $password, '/login/?return_to=/x');
        is $r->location, "$origin/x", 'after signing in, too';

        $r = $browser->get('/login/logout');
        is $r->form('csrf')->{action}, '/login/logout', 'forms stay here';

        $r = $browser->get('/login');
        is $r->location, "$origin/login/", 'so does the slash';

        $r = $browser->sign_out;
        is $r->location, "$origin/login/", 'and signing out';
    }

    # the address in the request line

    my $r = $t->raw("GET http://evil.example/x HTTP/1.1\r\n"
                    . "Host: portal.example\r\nAccept: text/html\r\n"
                    . "Connection: close\r\n\r\n");

    is $r->location, "$origin/login/?return_to=%2Fx", 'absolute form';

    for my $path ('//evil.example/x', '/\evil.example', '///evil.example',
                  '/%2fevil.example', '/%5cevil.example', '//evil.example/..')
    {
        $r = $t->raw("GET $path HTTP/1.1\r\nHost: portal.example\r\n"
                     . "Accept: text/html\r\nConnection: close\r\n\r\n");

        is $r->location, "$origin/login/", "$path is no way back";
    }

    # too long to come back to

    $r = $t->raw('GET /' . 'x' x 3000 . " HTTP/1.1\r\nHost: portal.example"
                 . "\r\nAccept: text/html\r\nConnection: close\r\n\r\n");
    is $r->location, "$origin/login/", 'a long address';
}


# --- F03: line ends

{
    my $browser = $t->browser(scheme => 'https', host => 'portal.example');
    my @odd;

    $browser->sign_in($name, $password);

    my $anonymous = $t->browser(scheme => 'https', host => 'portal.example');
    my $csrf = $anonymous->get('/login/')->csrf;
    my $logout = $browser->get('/login/logout')->csrf;

    my $look = sub {
        my ($what, $r, @status) = @_;

        push @odd, "$what: ${\ $r->status}"
            unless grep { $_ == $r->status } @status;

        for my $header ($r->headers) {
            my ($key, $value) = @$header;

            push @odd, "$what: $key: $value"
                if $key =~ /injected/i || $value !~ /^[\x20-\x7e]*\z/
                || $key !~ /^[A-Za-z-]+$/;
        }
    };

    for my $end ('%0d%0a', '%0D%0A', '%0a', '%0d', '%00%0d%0a', '%20%0d%0a',
                 '%0d%0a%0d%0a', '%0d%0a%20', '%E5%98%8A%E5%98%8D',
                 '%C4%8D%C4%8A', '%250d%250a', '%25250a', '%E2%80%A8',
                 '%C2%85', '%u000d%u000a', '%0c', '%0b', '%08')
    {
        my $bad = "${end}X-Injected:%201${end}Set-Cookie:%20injected=1";

        for my $target ("/x$bad", "/x?y=$bad", "/x#$bad", $bad,
                        "https://portal.example/$bad",
                        "https://portal.example$bad/",
                        "https://portal.example:$bad/")
        {
            # once decoded by us, once more by whoever goes there

            for my $text ($target, $target =~ s/%/%25/gr) {
                my $given = $text =~ s/#/%23/gr;

                $look->("return_to $text",
                    $browser->get("/login/?return_to=$given"), 303);
                $look->("form $text",
                    $anonymous->get("/login/?return_to=$given"), 200);
                $look->("posted $text",
                    $browser->post('/login/', "return_to=$given"), 303, 400);
                $look->("sign-out $text",
                    $browser->post('/login/logout',
                        "csrf=x&return_to=$given"), 403, 400);
            }
        }

        for my $field (qw(username password org csrf shared switch need)) {
            my %fields = (username => 'x', password => 'y', csrf => $csrf);

            delete $fields{$field};

            $look->("field $field $end",
                $anonymous->post('/login/',
                    Login::Browser::encode(\%fields) . "&$field=$bad"),
                403, 400);
            $look->("name $field $end",
                $anonymous->post('/login/',
                    Login::Browser::encode(\%fields) . "&$field$bad=1"), 400);
            $look->("query $field $end",
                $anonymous->get("/login/?$field=$bad"), 200);
        }

        # addresses of gate and portal

        for my $path ("/x$bad", "/x?y=$bad", "/login$bad", "/login?$bad",
                      "/login/$bad", "/login/assets/$bad", "/login/?$bad")
        {
            $look->("path $path", $anonymous->get($path),
                    200, 301, 302, 400, 404);
        }
    }

    is_list(\@odd, 'no line end makes a header');

    # as they are

    for my $end ("\r\n", "\n", "\r", "\r\n ", "\0") {
        for my $head ("GET /login/?return_to=/x${end}X-Injected:1 HTTP/1.1",
                      "GET /x${end}X-Injected:1 HTTP/1.1",
                      "GET /login${end}X-Injected:1 HTTP/1.1")
        {
            my $r = $t->raw("$head\r\nHost: portal.example\r\n"
                            . "Accept: text/html\r\nConnection: close\r\n"
                            . "\r\n");

            # "GET /x" alone is HTTP/0.9, and has no headers in its answer

            next unless ref $r;

            is scalar($r->header('X-Injected')), undef, 'no header';
            cmp_ok $r->status, '==', 400, 'not a request';
        }
    }
}

done_testing();
