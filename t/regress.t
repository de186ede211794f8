#!/usr/bin/perl

# What was once wrong, and must not come back: one subtest each.

use strict;
use warnings;

use Login::Test;


my $password = 'correct horse battery staple';

# Debian's module, for Debian's nginx
my $more = '/usr/lib/nginx/modules/ngx_http_headers_more_filter_module.so';
my $has_more = !$ENV{LOGIN_NGINX} && -e $more;

my $t = Login::Test->new(
    accounts => { 'ann@example.com' => $password },
    main     => $has_more ? "load_module $more;" : '',
    http     => 'login_hash memory=1m passes=1; request_pool_size 32k;',
);

mkdir $t->dir . "/$_" for qw(html html/login html/login/docs);

$t->write_file('html/login/docs/canary.txt', "canary\n");

my $set = $has_more
    ? 'more_set_input_headers "X-A: $uri$uri$uri" "X-B: $uri$uri$uri"'
      . ' "X-C: $uri$uri$uri";'
    : '';

$t->run(<<"END");
server {
    listen 127.0.0.1:%%PORT%%;
    server_name login.example.com;
    root %%DIR%%/html;
    login on;
    login_require role=admin;
    login_portal_url http://login.example.com:%%PORT%%/login/;
    login_cookie name=outer domain=example.com;

    location /login/ {
        login_portal;

        location /login/docs/ { }
        location /login/on/ { login on; alias %%DIR%%/html/login/docs/; }
        location /login/off/ { login off; alias %%DIR%%/html/login/docs/; }
    }
}

server {
    listen 127.0.0.1:%%PORT%%;
    server_name other.example.com;

    location /more {
        $set
        proxy_pass http://127.0.0.1:%%PORT_backend%%;
    }

    location / { proxy_pass http://127.0.0.1:%%PORT_backend%%; }
}

server {
    listen 127.0.0.1:%%PORT%%;
    server_name elsewhere.example.net;
    login_portal_url http://elsewhere.example.net/login/;

    location / { proxy_pass http://127.0.0.1:%%PORT_backend%%; }
}

server {
    listen 127.0.0.1:%%PORT_backend%%;
    return 200 "cookie=\$http_cookie a=\$http_x_a b=\$http_x_b c=\$http_x_c";
}
END

my $browser = $t->browser(host => 'login.example.com');

is $browser->sign_in('ann@example.com', $password)->status, 303, 'signed in';

my $cookie = 'outer=' . $browser->cookie('outer');


sub ask {
    my ($host, $uri, $more) = @_;

    return $t->raw("GET $uri HTTP/1.1\r\nHost: $host\r\n" . ($more // '')
                   . "Connection: close\r\n\r\n");
}


# The portal has no gate, but what stands below it has that of the server,
# with all that it asks.

subtest 'locations in that of the portal are not open' => sub {
    my $host = 'login.example.com';

    is ask($host, '/login/docs/canary.txt')->status, 401, 'by inheritance';
    is ask($host, '/login/docs/canary.txt', "Cookie: $cookie\r\n")->status,
        403, 'nor without what the server requires';
    is ask($host, '/login/on/canary.txt', "Cookie: $cookie\r\n")->status,
        403, 'nor without it where the gate is set again';
    is ask($host, '/login/off/canary.txt')->status, 200,
        'but where it is said';
};


# A cookie with a domain comes to servers that do not know it.

subtest 'cookies are cut by servers that have others' => sub {
    for my $host ('other.example.com', 'elsewhere.example.net') {
        is ask($host, '/', "Cookie: a=b; $cookie; c=d\r\n")->body,
            'cookie=a=b; c=d a= b= c=', $host;
    }
};


# Forty-one lines are three parts of nginx's list.  Where all are taken out,
# the next part must not be of no size.

subtest 'a list of headers that was emptied' => sub {
    plan skip_all => 'there is no headers_more module' unless $has_more;

    my $lines = "Cookie: $cookie\r\n" x 41;
    my $uri = '/more' . 'x' x 200;
    my $text = $uri x 3;

    my $response = $t->raw("GET http://other.example.com$uri HTTP/1.0\r\n"
                           . "$lines\r\n");

    ok $response && $response->body eq "cookie= a=$text b=$text c=$text",
        'can be written to';
};


# Whoever is set last would answer: nginx takes the handler of that.

subtest 'nothing else answers in the portal\'s location' => sub {
    my $server = 'server { listen 127.0.0.1:%%PORT%%; server_name localhost;'
        . ' location /login/ { ';

    for my $lines ('login_portal; proxy_pass http://127.0.0.1:1;',
                   'proxy_pass http://127.0.0.1:1; login_portal;',
                   'login_portal; empty_gif;')
    {
        $t->conf_error("$server$lines } }",
            qr/"login_portal" directive .*must not be beside another one/,
            $lines);
    }
};


# Where the gate is off, or optional, answers may be kept by any cache, but
# not with the cookie of a session that slides, nor with somebody's name.

subtest 'no cache gets a session' => sub {
    my $start = 1_900_000_000;

    my $slow = Login::Test->new(
        accounts => { 'ann@example.com' => $password },
        clock    => $start,
        http     => <<'END',
            login_hash memory=1m passes=1;
            login_session idle=200;
            limit_req_zone $login_user zone=people:1m rate=1000r/s;
            limit_req zone=people burst=1000 nodelay;
END
    );

    $slow->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;

    location /login/ { login_portal; }
    location /optional { login optional; return 200 "user=$login_user"; }
    location /named {
        login optional;
        proxy_pass http://127.0.0.1:%%PORT_backend%%;
        proxy_set_header User $login_user;
    }

    location / { proxy_pass http://127.0.0.1:%%PORT_backend%%; }
}

server {
    listen 127.0.0.1:%%PORT_backend%%;
    add_header Cache-Control "public, max-age=60";
    return 200 "public";
}
END

    my $person = $slow->browser;
    my $page = $person->get('/login/');
    my ($style) = $page->body =~ /href="([^"]*\.css)"/;

    $person->sign_in('ann@example.com', $password);

    my %headers = (headers => { Cookie => 'login='
                                . $person->cookie('login') });

    for my $uri ('/optional', '/named') {
        ok scalar(grep { $_ eq 'private' }
                  $slow->browser->get($uri, %headers)
                       ->header('Cache-Control')), "$uri: with a name";
        ok !grep({ $_ eq 'private' }
                 $slow->browser->get($uri)->header('Cache-Control')),
            "$uri: for everybody";
    }

    $slow->set_clock($start + 100);

    my $answer = $slow->browser->get('/file', %headers);

    ok $answer->cookie('login'), 'the session slides';
    is_deeply [$answer->header('Cache-Control')],
        ['public, max-age=60', 'private'], 'for nobody else';

    $answer = $slow->browser->get($style, %headers);

    like $answer->header('Cache-Control'), qr/^public, /, 'the style sheet';
    is $answer->cookie('login'), undef, 'has no cookie';
};


done_testing;
