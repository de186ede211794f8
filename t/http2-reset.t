#!/usr/bin/perl

# Streams of HTTP/2 that are reset while their sign-in waits for a hash: the
# work is bounded by the limits on failures, the worker lives on, and others
# sign in.

use strict;
use warnings;

use Login::Http2;
use Login::Test;


my $password = 'correct horse battery staple';
my $resets = $ENV{LOGIN_RESETS} // 600;
my $rate = 50;

my $t = Login::Test->new(
    accounts    => { 'ann@example.com' => $password },
    workers     => 1,
    log         => 'info',
    limit       => "login_limit attempts=10 rate=$rate/m;",
    http        => 'login_hash memory=1m passes=1 max_queue=64;'
                   . ' keepalive_requests 100000;',
    connections => 1024,
);

$t->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT_h2%% http2;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "canary $login_user"; }
}
END

my $browser = $t->browser;
my $form = $browser->get('/login/')->form('username')->{fields};
my ($worker) = $t->workers;
my $sent = 0;


# nginx closes a connection on which too many were reset.

while ($sent < $resets) {
    my $http2 = Login::Http2->new($t->port('h2'));

    for (1 .. 50) {
        my $body = Login::Browser::encode({ %$form, password => 'no',
            username => "nobody$sent\@example.com" });

        my $id = eval { $http2->start([
            [ ':method', 'POST' ], [ ':path', '/login/' ],
            [ ':scheme', 'http' ], [ ':authority', 'localhost' ],
            [ 'content-type', 'application/x-www-form-urlencoded' ],
            [ 'cookie', 'login_browser=' . $browser->cookie('login_browser') ],
        ], body => $body) } // last;

        eval { $http2->reset($id); 1 } or last;
        $sent++;
    }
}

cmp_ok $sent, '>=', $resets, 'all were sent';

# each that was hashed was counted, and logged as a refusal

my $refused = () = $t->error_log =~ /sign-in refused/g;

cmp_ok $refused, '<=', $rate + 1, 'no more were hashed than the rate allows';

is +($t->workers)[0], $worker, 'it is the same worker';

# from elsewhere, at once

my $request = Login::Browser::encode({ %$form, username => 'ann@example.com',
                                       password => $password });

is $t->raw("POST /login/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    . 'Cookie: login_browser=' . $browser->cookie('login_browser') . "\r\n"
    . "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
    . length($request) . "\r\n\r\n$request", from => '127.0.0.9')->status,
    303, 'and others sign in';

done_testing;
