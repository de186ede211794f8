#!/usr/bin/perl

# The token of a link is in no log, whatever refuses the request that has it
# and however it is written.

use strict;
use warnings;

use Login::Http2;
use Login::Test;


my $t = Login::Test->new(
    log  => 'info',
    http => <<'END');
    limit_req_zone $server_name zone=few:64k rate=1r/m;
    log_format all '$request|$request_uri|$uri|$args|$document_uri|$status';
    access_log %%DIR%%/all.log all;
END

$t->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT_h2%% http2;
    server_name localhost;

    if ($arg_server) { return 403; }

    location /login/ {
        login_portal;
        deny 127.0.0.1;
    }
}

server {
    listen 127.0.0.1:%%PORT_few%%;
    server_name few.example;
    login_portal_url http://few.example:%%PORT_few%%/login/;

    location /login/ {
        login_portal;
        limit_req zone=few;
    }
}

server {
    listen 127.0.0.1:%%PORT_short%%;
    server_name short.example;
    login_portal_url http://short.example:%%PORT_short%%/go/in/;
    rewrite ^/r/(.*)$ /go/in/reset/$1;

    location /go/in/ { login_portal; }
    location /go/in/invite/ { return 402; }
}
END

my $n = 0;
my @tokens;


# Another one each time: 43 characters.

sub token {
    my $token = sprintf 'secret%03d', $n++;

    push @tokens, $token;

    return $token . 'A' x (43 - length $token);
}

sub answers {
    my ($status, $path, %opt) = @_;

    my $port = $t->port($opt{port} // ());

    $path =~ s/TOKEN/token()/e;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    is $t->browser->get("http://localhost:$port$path",
                        headers => { Host => $opt{host} // 'localhost' })
        ->status, $status, "$status: $path";
}


for my $page ('invite', 'reset') {
    answers(403, "/login/$page/TOKEN");
    answers(403, "/login/$page/TOKEN?server=1");
    answers(403, "/login/$page/TOKEN?a=b#c");
    answers(403, "//login/.//$page/TOKEN");
    answers(403, "/login/%" . sprintf('%02x', ord $page) . substr($page, 1)
                 . '/TOKEN');
    answers(403, "/login/$page/%73TOKEN");
    answers(403, "/other/../login/$page/TOKEN/and/more");
}

answers(410, '/login/reset/TOKEN', port => 'few', host => 'few.example');
answers(503, '/login/reset/TOKEN', port => 'few', host => 'few.example')
    for 1 .. 2;

# a link of one's own that nginx leads there

answers(410, '/r/TOKEN', port => 'short', host => 'short.example');
answers(410, '/go/in/reset/TOKEN', port => 'short', host => 'short.example');
answers(402, '/go/in/invite/TOKEN', port => 'short', host => 'short.example');

# the address as proxies are asked for it

is $t->raw('GET http://localhost/login/invite/' . token()
           . " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
       ->status, 403, 'with scheme and host';

my $http2 = Login::Http2->new($t->port('h2'));

is $http2->wait($http2->translate('GET /login/reset/' . token()
                                  . " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
       ->status, 403, 'over HTTP/2';

$t->stop;

for my $file ('access.log', 'all.log', 'error.log') {
    my $log = $t->read_file($file);

    is join(' ', grep { index($log, $_) >= 0 } @tokens), '',
        "no token in $file";
}

like $t->read_file('all.log'), qr{/login/invite/x{43}\|}, 'where they were';
like $t->error_log, qr{limiting requests, .*/login/reset/x{43} },
    'also where nginx complains';


done_testing;
