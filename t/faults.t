#!/usr/bin/perl

# Each way through the server while one call fails: memory, files, the disk,
# descriptors, threads, one after the other.  Nobody is let in, nothing is
# acknowledged that is not there, no process dies, and the next request is
# answered as ever.  scripts/campaign-faults tries every call, this some.

use strict;
use warnings;

use Login::Fault;
use Login::Test;


my $password = 'correct horse battery staple';
my ($ann, $eve) = map { "$_\@example.com" } qw(ann eve);

my $fault = Login::Fault->new;

# what nginx itself says of calls that fail

my $alerts = qr{
    (?:malloc|calloc|posix_memalign|mmap)\(
    | epoll_ctl\( | eventfd\(\) | epoll_create | accept4?\(
    | fatal\ code\ 2\ and\ cannot\ be\ respawned
    | \[emerg\]
    | OPENSSL_init_ssl\(\)\ failed
    | munmap\(FFFFFFFFFFFFFFFF | could\ not\ open\ error\ log\ file
}x;

my $t = Login::Test->new(
    $fault->options,
    accounts    => { $ann => $password, $eve => $password },
    workers     => 1,
    log         => 'info',
    limit       => 'login_limit attempts=3 lockout=1d rate=1000000/m;',
    http        => 'login_hash memory=1m passes=1;',
    allow_alert => $alerts,
);

my $conf = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;
    access_log off;
    request_pool_size 128;

    location /login/ { login_portal; }
    location / { return 200 "canary $login_user"; }
}
END

$t->run($conf);


# --- requests, of which most allocations are of their own: the pool is small

my $page = $t->browser;
my $form = $page->get('/login/')->form('username')->{fields};
my $known = $page->cookie('login_browser');

my $n_names = 0;


sub ask {
    my ($method, $path, $cookie, $fields) = @_;

    my $body = $fields ? Login::Browser::encode({ csrf => $form->{csrf},
                                                  %$fields }) : '';
    my $request = "$method $path HTTP/1.1\r\nHost: localhost\r\n"
        . "Connection: close\r\nAccept: text/html\r\n"
        . "Cookie: login_browser=$known"
        . (defined $cookie ? "; login=$cookie" : '') . "\r\n";

    $request .= "Content-Type: application/x-www-form-urlencoded\r\n"
        . 'Content-Length: ' . length($body) . "\r\n" if $fields;

    return eval { $t->raw("$request\r\n$body") };
}


sub signed { Login::Fault::signed(@_) }


sub sign_in {
    my ($person) = @_;

    return ask('POST', '/login/', undef,
               { username => $person, password => $password });
}


sub gate { ask('GET', '/', $_[0]) }

my $answer = sign_in($ann);
my ($session) = signed($answer);

is $answer->status, 303, 'somebody is signed in' or BAIL_OUT('no session');

# somebody else is locked out

ask('POST', '/login/', undef, { username => $eve, password => 'no' })
    for 1 .. 4;


# What is asked, the status that it has, and what must be true of it.

my @requests = (
    [ 'the gate, with a session', 200, sub { gate($session) },
      sub { $_[0]->body eq "canary $ann" } ],
    [ 'the gate, without', 302, sub { gate() } ],
    [ 'the page', 200, sub { ask('GET', '/login/') },
      sub { $_[0]->form('username') } ],
    [ 'the session as JSON', 200,
      sub { ask('GET', '/login/session', $session) },
      sub { $_[0]->body =~ /\Q$ann/ } ],
    [ 'signing in', 303, sub { sign_in($ann) },
      sub { my ($new) = signed($_[0]); $new && gate($new)->status == 200 } ],
    [ 'a wrong password', 403,
      sub { ask('POST', '/login/', undef,
                { username => 'nobody' . $n_names++, password => 'no' }) } ],
    [ 'who is locked out', 429, sub { sign_in($eve) } ],
    [ 'signing out', 303,
      sub { ask('POST', '/login/logout', $_[0], { }) },
      sub { gate($_[1])->status == 302 },
      sub { (signed(sign_in($ann)))[0] } ],
);


$fault->each_call($t, @$_) for @requests;


# --- the configuration is tested

for my $kind (Login::Fault::kinds()) {
    my ($next, $tried) = (Login::Fault::numbers($kind), 0);
    my @wrong;

    while (my $n = $next->()) {
        $fault->arm($kind, $n);

        my ($status, @lines) = $t->conf_test($conf);

        last if !$fault->disarm;
        $tried++;

        push @wrong, "$kind $n: exit status $status: @lines"
            if $status > 1

               # the end of an OpenSSL that could not begin
               && !grep({ /SSL_get_ex_new_index\(\) failed/ } @lines)

            || $status == 1 && !grep { /\[(?:emerg|alert|crit)\]/ } @lines;
    }

    is join("\n", @wrong), '', "nginx -t, $kind: $tried tried";
}


# --- nginx starts and reloads

# It lets somebody in, in the end; the first session is one of too many by now.

($session) = signed(sign_in($ann));

sub serves { wait_for(sub { my $r = gate($session);
                            $r && $r->body eq "canary $ann" }, 20) }


# nginx never starts a worker again that could not begin: its own memory.

sub left_alone { $t->log_since($_[0]) =~ /fatal code 2 and cannot be resp/ }


for my $kind (Login::Fault::kinds()) {
    my ($next, $tried) = (Login::Fault::numbers($kind), 0);
    my @wrong;

    $t->stop if $t->pid;

    while (my $n = $next->()) {
        my $mark = $t->log_mark;

        $fault->arm($kind, $n);

        my $pid = $t->spawn;

        # until it ended, or a worker has begun, and failed or not

        wait_for(sub {
            return defined $t->ended || $fault->hits && left_alone($mark)
                || gate($session);
        }, 20);

        my $hits = $fault->disarm;

        if (defined $t->ended) {
            push @wrong, "$kind $n: exit status " . $t->ended
                if $t->ended != 256;

        } else {
            push @wrong, "$kind $n: lets nobody in"
                unless left_alone($mark) || serves();
            $t->stop;
        }

        last if !$hits;
        $tried++;
    }

    is join("\n", @wrong), '', "starting, $kind: $tried tried";
}


for my $kind (Login::Fault::kinds()) {
    my ($next, $tried) = (Login::Fault::numbers($kind), 0);
    my @wrong;

    $t->stop if $t->pid;
    $t->start or die "nginx does not start\n";

    while (my $n = $next->()) {
        my $mark = $t->log_mark;
        my ($old) = $t->workers;

        $fault->arm($kind, $n);
        $t->signal('HUP');

        # refused, or another worker, and only that one

        wait_for(sub {
            my @now = $t->workers(all => 1);

            return defined $t->ended || left_alone($mark)
                || $t->log_since($mark) =~ /\[(?:emerg|alert)\](?!.*login:)/
                || @now == 1 && $now[0] != $old && gate($session);
        }, 20);

        my $hits = $fault->disarm;

        push @wrong, "$kind $n: ended" if defined $t->ended;
        push @wrong, "$kind $n: lets nobody in"
            unless left_alone($mark) || serves();

        last if !$hits;
        $tried++;

        if (left_alone($mark) || defined $t->ended) {
            $t->stop;
            $t->start or die "nginx does not start\n";
        }

        # all of that is over before the next try

        $t->reload;
    }

    is join("\n", @wrong), '', "reload, $kind: $tried tried";
}

done_testing;
