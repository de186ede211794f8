#!/usr/bin/perl

# The outbox over restarts, reloads, killed workers, a full day and a store
# that cannot be written: no mail is lost, and none is sent again once the
# relay's answer was noted.

use strict;
use warnings;

use Errno qw(ENOSPC);
use JSON::PP;

use Login::Disk;
use Login::Mail;
use Login::Test;


plan(skip_all => Login::Mail::missing()) if Login::Mail::missing();


my $no = JSON::PP::false;

my $server = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name login.example.com;
    login on;
    location /login/ { login_portal; }
    location = /open { login off; return 200 $pid; }
}
END

my $relay = Login::Mail->new(starttls => $no);

sub conf {
    return 'login_mail smtp://127.0.0.1:' . $relay->port
        . " starttls=off;\n$server";
}

sub all_sent {
    my ($t) = @_;

    return wait_for(sub {
        !grep { $_->{state} ne 'sent' } values %{ Login::Mail::states($t) };
    });
}

# How often each mail came, by its id.

sub arrived {
    my %count;

    $count{ $_->{id} =~ s/^<(\w+)\@.*/$1/r }++ for $relay->mails;

    return \%count;
}

sub once {
    my ($ids, $name) = @_;

    my $arrived = arrived();

    is scalar(grep { ($arrived->{$_} // 0) == 0 } @$ids), 0, "$name: all";
    is scalar(grep { ($arrived->{$_} // 0) > 1 } @$ids), 0, "$name: once";
}


# --- four workers, one sender

my $t = Login::Test->new(workers => 4, log => 'info',
                         allow_alert => qr/exited on signal 9/);

$t->run(conf());

my @ids = Login::Mail::put($t, kind => 7, to => '@example.com', count => 100);

ok all_sent($t), 'a hundred mails';
once(\@ids, 'four workers');

my $sender = Login::Mail::sender($t);

ok $sender, 'one worker has the lock';


# --- what is queued waits for nginx

$t->stop;

@ids = Login::Mail::put($t, kind => 7, to => '@example.com', count => 5);

$t->start;
ok all_sent($t), 'after the start';
once(\@ids, 'a restart');


# --- reloads while mails are under way; the new workers go on

$relay->restart(starttls => $no, delay => 20);

@ids = Login::Mail::put($t, kind => 7, to => '@example.com', count => 60);

for (1 .. 3) {
    my $seen = $relay->seen->{data};

    wait_for(sub { $relay->seen->{data} > $seen + 3 });
    $t->reload(conf());
}

ok all_sent($t), 'over reloads';
once(\@ids, 'reloads');

# an old worker that has somebody to serve does not keep the lock

my $connection = $t->connection;

$connection->send("GET /open HTTP/1.1\r\nHost: login.example.com\r\n\r\n");
my $old = $connection->response->body;

$sender = Login::Mail::sender($t);
$t->reload(conf(), old => 1);
wait_for(sub { (Login::Mail::sender($t) // 0) != $sender });

isnt Login::Mail::sender($t), $sender, 'a new worker sends';
undef $connection;


# --- nginx ends while a mail is under way: it is awaited, or sent again

$relay->restart(starttls => $no, delay => 300);

@ids = Login::Mail::put($t, kind => 7, to => '@example.com', count => 3);

my $seen = $relay->seen->{data};

wait_for(sub { $relay->seen->{data} > $seen });
$t->stop;
$relay->restart(starttls => $no);
$t->start;

ok all_sent($t), 'over an end';
once(\@ids, 'what was begun at the end');


# --- workers that are killed at any moment

$relay->restart(starttls => $no, delay => 5);

my $killed = 0;

@ids = Login::Mail::put($t, kind => 7, to => '@example.com', count => 150);

for (1 .. 12) {
    my $pid = Login::Mail::sender($t) or last;
    my $some = $relay->seen->{data} + 1 + int rand 5;

    wait_for(sub { $relay->seen->{data} >= $some
                   || !grep { $_->{state} eq 'queued' }
                      values %{ Login::Mail::states($t) } });

    # with what was noted by then
    my $noted = Login::Mail::states($t);
    my $before = arrived();

    kill 'KILL', $pid;
    $killed++;

    wait_for(sub { (Login::Mail::sender($t) // 0) != $pid });

    my $after = arrived();

    $t->{noted}{$_} = $before->{$_}
        for grep { $noted->{$_}{state} eq 'sent' } @ids;
}

ok all_sent($t), 'all are sent';

my $arrived = arrived();

is scalar(grep { !$arrived->{$_} } @ids), 0, "$killed killed: none is lost";
is scalar(grep { $arrived->{$_} != $t->{noted}{$_} }
          keys %{ $t->{noted} }), 0,
    'what was noted before a worker was killed is not sent again';
cmp_ok scalar(grep { $arrived->{$_} > 1 } @ids), '<=', $killed,
    'at most one mail is sent again for each';


# --- taken by the relay, but the store cannot be written

$relay->restart(starttls => $no, delay => 1000);

my $id = Login::Mail::put($t, kind => 7, to => 'held@example.com');

$seen = $relay->seen->{data};
wait_for(sub { $relay->seen->{data} > $seen });
$t->hold_store;
wait_for(sub { arrived()->{$id} });

is Login::Mail::states($t)->{$id}{state}, 'queued', 'not noted while held';

$t->release_store;

is Login::Mail::wait_state($t, $id, sub { $_[0]{state} eq 'sent' })->{state},
    'sent', 'noted afterwards';
is arrived()->{$id}, 1, 'and sent once';

$t->stop;


# --- the same with a disk that is full: it is remembered, not sent again

my $disk = Login::Disk->new;
my $full = Login::Test->new($disk->options, workers => 1, log => 'info');

$relay->restart(starttls => $no, delay => 1000);
$full->run(conf());

$id = Login::Mail::put($full, kind => 7, to => 'full@example.com');

$seen = $relay->seen->{data};
wait_for(sub { $relay->seen->{data} > $seen });
$disk->fail(data => ENOSPC);
wait_for(sub { arrived()->{$id} });

# the first one is due as well when this one is sent

my $next = Login::Mail::put($full, kind => 7, to => 'next@example.com');

wait_for(sub { arrived()->{$next} });

is Login::Mail::states($full)->{$_}{state}, 'queued', 'not noted'
    for $id, $next;

cmp_ok $disk->heal, '>', 0, 'since the disk was full';

for my $mail ($id, $next) {
    is Login::Mail::wait_state($full, $mail,
        sub { $_[0]{state} eq 'sent' })->{state}, 'sent', 'noted afterwards';
    is arrived()->{$mail}, 1, 'and sent once';
}

$full->stop;


# --- time

# ahead of the clock of whoever puts the mail, so that it is due at once

my $now = time + 60;
my $late = Login::Test->new(workers => 1, log => 'info', clock => $now);

$relay->restart(starttls => $no, rcpt => 450);
$late->run("login_log %%DIR%%/events.log;\n" . conf());

$id = Login::Mail::put($late, kind => 7, to => 'late@example.com');

my $state = Login::Mail::wait_state($late, $id, sub { $_[0]{attempts} });
my $clock = $now;

for my $wait (60, 120, 240, 480, 960, 1920, 3600, 3600) {
    my $attempts = $state->{attempts};
    my $next = $state->{next};

    is $next - $clock, $wait, "after attempt $attempts: $wait s"
        if $attempts > 1;

    $clock = $next;
    $late->set_clock($clock);
    $state = Login::Mail::wait_state($late, $id,
        sub { $_[0]{attempts} > $attempts });
}

is $state->{state}, 'queued', 'not given up on the first day';

# over a restart the next attempt is the same

$late->stop;
$late->start;

is Login::Mail::states($late)->{$id}{next}, $state->{next},
    'a restart changes nothing';

my $created = $state->{created};
my $attempts = $state->{attempts};

$late->set_clock($created + 3 * 86400);
$state = Login::Mail::wait_state($late, $id,
    sub { $_[0]{attempts} > $attempts });

is $state->{state}, 'failed', 'given up after three days';
is $state->{answer}, '450 no, says the test 450', 'with the last answer';
ok wait_for(sub { $late->read_file('events.log') =~ /"mail_failed".*$id/ }),
    'an event';
like $late->read_file('error.log'), qr/$id .* was given up: 450/, 'in the log';

# and forgotten after 30 more

$late->set_clock($created + 33 * 86400 + 7200);

ok wait_for(sub { !Login::Mail::states($late)->{$id} }),
    'forgotten after 30 days';

$late->stop;
done_testing;
