#!/usr/bin/perl

# A process may have few descriptors, and others use them up: who is signed
# in stays so, nobody else is let in, and all is well once some are free.

use strict;
use warnings;

use Login::Connection;
use Login::Test;


my $password = 'correct horse battery staple';
my $ann = 'ann@example.com';

my $t = Login::Test->new(
    accounts => { $ann => $password },
    workers  => 1,
    log      => 'info',
    main     => 'worker_rlimit_nofile 64;',
    http     => 'login_hash memory=1m passes=1;',
);

$t->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "canary $login_user"; }
}
END

my $browser = $t->browser;

is $browser->sign_in($ann, $password)->status, 303, 'somebody is signed in';

my $other = $t->browser;
my $form = $other->get('/login/')->form('username')->{fields};
my $body = Login::Browser::encode({ %$form, username => $ann,
                                    password => $password });

my ($worker) = $t->workers;
my $cookie = $browser->cookie('login');
my $request = "GET / HTTP/1.1\r\nHost: localhost\r\n";


# Until nginx takes no more: each has sent a part of a request.

my @idle;

while (@idle < 200 && $t->error_log !~ /accept4\(\) failed \(24:/) {
    my $connection = Login::Connection->new($t->port);

    $connection->send($request);
    push @idle, $connection;
}

ok $t->wait_log(qr/accept4\(\) failed \(24:/), 'no descriptor is left';
cmp_ok scalar @idle, '<', 200, 'which comes soon';

# the gate needs none, nor does signing in

my ($first, $second) = splice @idle, 0, 2;

$first->send("Cookie: login=$cookie\r\n\r\n");
is $first->response->body, "canary $ann", 'who is signed in stays so';

$second->send("\r\n");
is $second->response->status, 401, 'nobody else is let in';

$second->send("POST /login/ HTTP/1.1\r\nHost: localhost\r\n"
              . 'Cookie: login_browser=' . $other->cookie('login_browser')
              . "\r\nContent-Length: "
              . length($body) . "\r\nContent-Type: "
              . "application/x-www-form-urlencoded\r\n\r\n$body");
is $second->response->status, 303, 'and people sign in';

$_->close for @idle, $first, $second;

is $browser->get('/')->body, "canary $ann", 'all are served again';
is $t->browser->sign_in($ann, $password)->status, 303, 'and sign in';

ok $t->reload, 'nginx reloads';
isnt +($t->workers)[0], $worker, 'with another worker';
is $t->browser->sign_in($ann, $password)->status, 303, 'where people sign in';

done_testing;
