#!/usr/bin/perl

# A hundred sign-ins at a worker that computes one hash and lets one wait:
# the others are told to come back at once, not when the hash is done.
# Case N04.

use strict;
use warnings;

use IO::Select;

use Login::Test;


my $MANY = 100;
my $password = 'correct horse battery staple';
my $ann = 'ann@example.com';

my $t = Login::Test->new(
    accounts => { $ann => $password },
    workers  => 1,
    log      => 'notice',

    # one hash takes longer than the test

    http     => 'login_hash threads=1 max_queue=1 memory=512m passes=64;',
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
my $body = Login::Browser::encode({
    csrf     => $browser->get('/login/')->csrf,
    username => $ann,
    password => 'wrong',
});
my $request = "POST /login/ HTTP/1.1\r\nHost: localhost\r\n"
    . 'Cookie: login_browser=' . $browser->cookie('login_browser')
    . "\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    . 'Content-Length: ' . length($body) . "\r\n\r\n$body";

my @waiting = map { $t->connection } 1 .. $MANY;

$_->send($request) for @waiting;

my (@answers, %answered);

while (@answers < $MANY - 2) {
    my $select = IO::Select->new(map { $_->socket }
                                 grep { !$answered{$_} } @waiting);
    my @ready = $select->can_read($Login::Test::WAIT) or last;

    for my $connection (@waiting) {
        next unless grep { $_ == $connection->socket } @ready;

        push @answers, $connection->response;
        $answered{$connection} = 1;
    }
}

# who comes before the thread has taken the first one finds no place either

cmp_ok scalar @answers, '>=', $MANY - 2, 'all but two have an answer';
is scalar(grep { !($_->status == 503 && $_->page eq 'error'
                   && $_->header('Retry-After') =~ /^[1-9]\d*$/) } @answers),
    0, 'which is when to come back';

my @left = map { $_->socket } grep { !$answered{$_} } @waiting;
my @ready = IO::Select->new(@left)->can_read(0);

cmp_ok scalar @left, '>=', 1, 'one is at work';
is scalar @ready, 0, 'and has no answer yet';
is $browser->get('/login/')->status, 200, 'the page is there';

is $t->stop('TERM'), 0, 'nginx ends';

done_testing;
