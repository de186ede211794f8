#!/usr/bin/perl

# A worker that shall quit while sign-ins wait: they are finished, or told to
# come back, and it is gone.  Case N02.

use strict;
use warnings;

use Login::Test;


my $MANY = 50;
my $password = 'correct horse battery staple';
my $ann = 'ann@example.com';

my $server = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "canary $login_user"; }
}
END

my $t = Login::Test->new(
    accounts => { $ann => $password },
    workers  => 1,
    log      => 'notice',
);


sub form {
    my $browser = $t->browser;
    my $body = Login::Browser::encode({
        csrf     => $browser->get('/login/')->csrf,
        username => $ann,
        password => $password,
    });

    return "POST /login/ HTTP/1.1\r\nHost: localhost\r\n"
        . 'Cookie: login_browser=' . $browser->cookie('login_browser')
        . "\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        . 'Content-Length: ' . length($body) . "\r\n\r\n$body";
}


# MANY sign-ins wait; then "code"; returns the worker and the answers.

sub while_many_wait {
    my ($code) = @_;

    my ($worker) = $t->workers;
    my @requests = map { form() } 1 .. $MANY;
    my @waiting = map { $t->connection } @requests;

    $waiting[$_]->send($requests[$_]) for 0 .. $#requests;

    # all of them have arrived when one that comes later is answered

    $t->browser->get('/login/');
    $code->();

    return ($worker, map { scalar $_->response } @waiting);
}


sub statuses {
    my %count;

    $count{ $_ ? $_->status : 'none' }++ for @_;

    return \%count;
}


# --- as long as it takes

for my $signal (qw(HUP QUIT)) {
    $t->run($server, http => 'login_hash memory=8m passes=1;');

    my ($worker, @answers) = while_many_wait(sub { $t->signal($signal) });

    is_deeply statuses(@answers), { 303 => $MANY },
        "$signal: all that waited are signed in";
    ok wait_for(sub { !-e "/proc/$worker/exe" }), "$signal: the worker ends";

    is $t->stop, 0, "$signal: and nginx";
}


# --- no longer than "worker_shutdown_timeout"

for my $signal (qw(HUP QUIT)) {
    $t->{main} = 'worker_shutdown_timeout 1s;';
    $t->run($server, http => 'login_hash memory=64m passes=20;');
    delete $t->{main};

    my ($worker, @answers) = while_many_wait(sub { $t->signal($signal) });

    # the one that is being hashed may take too long

    my $count = statuses(@answers);

    cmp_ok $count->{none} // 0, '<=', 1,
        "$signal, timeout: at most the one at work has no answer";
    cmp_ok $count->{503} // 0, '>', $MANY / 2,
        "$signal, timeout: most are given up";
    is +($count->{503} // 0) + ($count->{303} // 0) + ($count->{none} // 0),
        $MANY, "$signal, timeout: the others are signed in";
    is scalar(grep { $_ && $_->status == 503
                     && !($_->page eq 'error'
                          && $_->header('Retry-After')) } @answers), 0,
        "$signal, timeout: with a page that says when to come back";
    ok wait_for(sub { !-e "/proc/$worker/exe" }),
        "$signal, timeout: the worker ends";
    like $t->error_log,
        qr/login: \d+ requests waited longer than "worker_shutdown_timeout"/,
        "$signal, timeout: and has said why";
    ok $t->error_log !~ /open socket #\d+ left/,
        "$signal, timeout: with nothing left open";

    is $t->stop, 0, "$signal, timeout: and nginx";
}

done_testing;
