#!/usr/bin/perl

# How long a session lasts, to the second, on a clock that only the test
# moves.

use strict;
use warnings;

use IO::Select;
use JSON::PP;

use Login::Test;


my $password = 'correct horse battery staple';
my $ann = 'ann@example.com';
my $start = 1_900_000_000;

my $server = <<'END';
limit_req_zone $binary_remote_addr zone=slow:1m rate=30r/m;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location = /now { login off; return 200 $msec; }
    location = /slow { limit_req zone=slow burst=100; empty_gif; }
    location / { return 200 "canary $login_expires"; }
}
END

my $t = Login::Test->new(
    accounts => { $ann => $password },
    clock    => $start,
    http     => 'login_hash memory=1m passes=1;',
);

$t->run($server, http => 'login_hash memory=1m passes=1;
                          login_session idle=200 lifetime=1000;');

like $t->browser->get('/now')->body, qr/^$start\./, 'the server has our clock';


# The status for a cookie, and with it what the answer sets.

my $answer;

sub ask {
    my ($cookie, $path) = @_;

    $answer = $t->browser->get($path // '/',
                               headers => { Cookie => "login=$cookie" });

    return $answer->status;
}


sub reissued {
    my $cookie = $answer->cookie('login') or return;

    return $cookie->{value};
}


# Signs in now.

sub sign_in {
    my (%opt) = @_;

    my $browser = $t->browser;

    $browser->sign_in($ann, $password, undef, %opt);

    return $browser->cookie('login') // die "not signed in\n";
}


sub seen {
    my $list = JSON::PP->new->decode(
        $t->cli_ok('--json', 'session', 'list', $ann));

    return map { $_->{seen} } @$list;
}


# --- the limit passes while a request is delayed

{
    my $response;

    for (1 .. 10) {
        $t->set_clock($start);

        my $cookie = sign_in();

        $t->set_clock($start + 199);

        my $mark = $t->log_mark;
        my $connection = $t->connection;

        $connection->send("GET /slow HTTP/1.1\r\nHost: localhost\r\n"
                          . "Cookie: login=$cookie\r\n\r\n");

        my $select = IO::Select->new($connection->socket);

        next unless wait_for(sub {
            $select->can_read(0) || $t->log_since($mark) =~ /delaying request/
        });

        $t->set_clock($start + 201);

        # where it was not delayed, or not for long enough, once more

        next if $select->can_read(0);

        $response = $connection->response;
        last;
    }

    is $response && $response->status, 401, 'over while delayed: refused';
    is $response && $response->cookie('login'), undef,
        'and not brought back by a new cookie';

    $t->set_clock($start);
}


# --- idle

{
    my $cookie = sign_in();

    is ask($cookie), 200, 'signed in';
    is $answer->body, 'canary ' . ($start + 200), 'until when is told';

    $t->set_clock($start + 9);
    is ask($cookie), 200, 'before a twentieth of idle';
    is reissued(), undef, 'no new cookie';
    is $answer->body, 'canary ' . ($start + 200), 'nor a new end';

    $t->set_clock($start + 10);
    is ask($cookie), 200, 'after a twentieth of idle';

    my $next = reissued();

    isnt $next, undef, 'a new cookie';
    isnt $next, $cookie, 'which is another one';
    is_deeply $answer->cookie('login')->{attributes},
        { path => '/', httponly => '', samesite => 'Lax', 'max-age' => 200 },
        'with the attributes of the first';

    ok wait_for(sub { grep { $_ == $start + 10 } seen() }),
        'the store learns of it' or diag join ' ', seen();

    is ask($next), 200, 'the new one is good';
    is reissued(), undef, 'and fresh';
    is $answer->body, 'canary ' . ($start + 210), 'and lasts longer';

    $t->set_clock($start + 199);
    is ask($cookie), 200, 'the first one in its last second';

    $t->set_clock($start + 200);
    is ask($cookie), 302, 'idle for too long';
    is reissued(), undef, 'no new cookie then';
    is ask($cookie, '/login/session'), 401, 'nor for the portal';
    is ask($next), 200, 'the new one lives on';

    $t->set_clock($start + 209);
    is ask($next), 200, 'in its last second';

    $t->set_clock($start + 210);
    is ask($next), 302, 'and is over';

    # what was over is good again on a clock that was set back, but for as
    # long as before: the cookie has not changed

    $t->set_clock($start + 209);
    is ask($next), 200, 'a clock set back by a second';
}


# --- lifetime

{
    my $begin = $start + 10_000;

    $t->set_clock($begin);

    my $cookie = sign_in();

    for (my $age = 100; $age < 1000; $age += 100) {
        $t->set_clock($begin + $age);
        is ask($cookie), 200, "active at $age";
        $cookie = reissued() // die "no new cookie\n";
    }

    is $answer->body, 'canary ' . ($begin + 1000),
        'the end of the lifetime is the nearer one';

    $t->set_clock($begin + 999);
    is ask($cookie), 200, 'the last second of its lifetime';
    $cookie = reissued() // die "no new cookie\n";
    is ask($cookie), 200, 'a cookie that is fresh then';

    $t->set_clock($begin + 1000);
    is ask($cookie), 302, 'its lifetime is over, whatever was accessed';
    is reissued(), undef, 'no new cookie';
}


# --- a clock that is set back

{
    my $begin = $start + 20_000;

    $t->set_clock($begin);

    my $cookie = sign_in();

    for my $back (1, 300) {
        $t->set_clock($begin - $back);
        is ask($cookie), 200, "from $back s ahead: clocks differ";
        is reissued(), undef, 'no cookie that is older than this one';
    }

    $t->set_clock($begin - 301);
    is ask($cookie), 302, 'from further ahead: worth nothing';

    $t->set_clock($begin - 100_000);
    is ask($cookie), 302, 'from far ahead as well';

    $t->set_clock($begin);
    is ask($cookie), 200, 'and good again when the clock is right';

    $t->set_clock($begin + 50_000_000);
    is ask($cookie), 302, 'far behind';
}


# --- it does not slide where it ends

{
    my $begin = $start + 30_000;

    $t->set_clock($begin);

    my $browser = $t->browser;

    $browser->sign_in($ann, $password);

    my $cookie = $browser->cookie('login');

    $t->set_clock($begin + 50);

    my $page = $browser->get('/login/logout', headers => {
        Cookie => "login=$cookie; login_browser="
                  . $browser->cookie('login_browser'),
    });

    ok $page->cookie('login'), 'the page that asks lets it slide';

    my ($form) = grep { ($_->{action} // '') =~ /logout$/ } $page->forms;
    my $gone = $browser->submit($page, {}, form => $form, headers => {
        Cookie => "login=$cookie; login_browser="
                  . $browser->cookie('login_browser'),
    });

    my @cookies = grep { $_->{name} eq 'login' } $gone->cookies;

    is scalar @cookies, 1, 'signing out sets one session cookie';
    is $cookies[0]{value}, '', 'which is empty';
}

{
    my $begin = $start + 40_000;

    $t->set_clock($begin);

    my $browser = $t->browser;

    $browser->sign_in($ann, $password);
    $t->set_clock($begin + 50);

    my $switch = $browser->sign_in($ann, $password, '/login/?switch=1');
    my @cookies = grep { $_->{name} eq 'login' } $switch->cookies;

    is scalar @cookies, 1, 'signing in again sets one session cookie';

    $t->set_clock($begin + 50 + 199);
    is ask($cookies[0]{value}), 200, 'that of the new session';

    # what the module did not let in, it does not prolong

    my $other = sign_in();

    $t->cli_ok('session', 'revoke', $ann);
    $t->set_clock($begin + 50 + 199 + 50);

    is ask($other), 302, 'ended';
    is reissued(), undef, 'no new cookie for an ended session';
}


# --- the limits are those of now

{
    my $begin = $start + 50_000;

    $t->set_clock($begin);

    my $cookie = sign_in();

    $t->set_clock($begin + 150);
    is ask($cookie), 200, 'within the limits';

    ok $t->reload($server, http => 'login_hash memory=1m passes=1;
                                    login_session idle=100;'), 'shorter idle';
    is ask($cookie), 302, 'counts for sessions that are there already';

    ok $t->reload($server, http => 'login_hash memory=1m passes=1;
                             login_session idle=1000 lifetime=120;'),
        'shorter lifetime';
    is ask($cookie), 302, 'as well';

    ok $t->reload($server, http => 'login_hash memory=1m passes=1;
                                    login_session idle=1000;'), 'longer idle';
    is ask($cookie), 200, 'as well';
}


# --- a shared computer, and the defaults

ok $t->reload($server, http => 'login_hash memory=1m passes=1;'), 'defaults';

{
    my $begin = $start + 60_000;

    $t->set_clock($begin);

    my $cookie = sign_in(shared => 1);

    is ask($cookie), 200, 'shared';
    is $answer->body, 'canary ' . ($begin + 1800), 'shared: 30 minutes';

    $t->set_clock($begin + 89);
    is ask($cookie), 200, 'shared: before a twentieth';
    is reissued(), undef, 'shared: no new cookie';

    $t->set_clock($begin + 90);
    is ask($cookie), 200, 'shared: after a twentieth';

    is_deeply $answer->cookie('login')->{attributes},
        { path => '/', httponly => '', samesite => 'Lax' },
        'shared: the new cookie is the browser\'s own as well';

    my $next = reissued();

    $t->set_clock($begin + 1799);
    is ask($cookie), 200, 'shared: the last second';

    $t->set_clock($begin + 1800);
    is ask($cookie), 302, 'shared: over';
    is ask($next), 200, 'shared: the new one is not';

    $t->set_clock($begin + 1890);
    is ask($next), 302, 'shared: now it is';
}

{
    my $begin = $start + 100_000;
    my $day = 86400;

    $t->set_clock($begin);

    my $cookie = sign_in();

    $t->set_clock($begin + $day - 1);
    is ask($cookie), 200, 'a day less a second';
    is reissued(), undef, 'no new cookie';

    $t->set_clock($begin + $day);
    is ask($cookie), 200, 'a day';
    is $answer->cookie('login')->{attributes}{'max-age'}, 20 * $day,
        'a new cookie for 20 days';

    $t->set_clock($begin + 20 * $day - 1);
    is ask($cookie), 200, '20 days less a second';

    my $next = reissued();

    $t->set_clock($begin + 20 * $day);
    is ask($cookie), 302, '20 days';

    # no lifetime: on and on

    for my $days (39, 58, 77, 400) {
        $t->set_clock($begin + $days * $day);
        is ask($next), $days == 400 ? 302 : 200, "day $days";
        $next = reissued() // $next;
    }
}

done_testing;
