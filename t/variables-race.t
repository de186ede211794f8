#!/usr/bin/perl

# Variables while what they tell changes: nginx asks twice for each that a
# string is made of, first how long it will be and then for its bytes, and
# must be told the same both times, though another process has written to the
# store in between.

use strict;
use warnings;

use POSIX qw(:sys_wait_h);

use Login::Test;


my $CHANGES = 100;
my $ann = 'ann@example.com';
my $password = 'correct horse battery staple';
my @names = ('A', 'B' x 400);

my $t = Login::Test->new(
    accounts => { $ann => $password },
    workers  => 1,
    log      => 'info',
    http     => 'login_hash memory=1m passes=1;',
);

# as often as fits into one value of nginx.conf

my $value = '$login_name;' x 300;
my $sets = join '', map { "set \$s$_ \"$value\";\n" } 1 .. 10;
my $return = join '|', map { "\$s$_" } 1 .. 10;

$t->run(<<"END");
map \$login_name \$mapped {
    volatile;
    default "\$login_name;";
}

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;
    keepalive_requests 1000000;

    location /login/ { login_portal; }

    # what the rewrite module makes of it, and everything else

    location /set {
        $sets
        return 200 "$return";
    }

    location /rewrite {
        rewrite ^ "/return?$value" last;
    }

    location /return {
        internal;
        return 200 "\$args";
    }

    location /value {
        return 200 "@{[ '$login_name;$mapped' x 150 ]}";
    }

    location /basic {
        set \$basic "@{[ '$remote_user;' x 300 ]}";
        return 200 "\$basic";
    }
}
END

my $browser = $t->browser;

is $browser->sign_in($ann, $password)->status, 303, 'signed in';

my $cookie = $browser->cookie('login');


sub ask {
    my ($connection, $uri) = @_;

    $connection->send("GET $uri HTTP/1.1\r\nHost: localhost\r\n"
                      . "Cookie: login=$cookie\r\n\r\n");

    return $connection->response;
}


# What stands before each ";", empty or not.

sub names_of {
    my ($string) = @_;

    my @names = split /;/, $string, -1;
    my $rest = pop @names;

    push @names, $rest if $rest ne '';

    return map { $_ => 1 } @names;
}


# Somebody else changes the name again and again.

sub start_writer {
    my $pid = fork // die "fork: $!\n";

    return $pid if $pid;

    for my $i (1 .. $CHANGES) {
        my ($status) = $t->cli('user', 'set', $ann, '--name',
                               $names[$i % 2]);

        POSIX::_exit(1) if $status;
    }

    POSIX::_exit(0);
}


for my $uri (qw(/set /rewrite /value)) {
    my $connection = $t->connection;
    my $writer = start_writer();
    my ($asked, $mixed, %seen) = (0, 0);

    while (waitpid($writer, WNOHANG) == 0) {
        my $response = eval { ask($connection, $uri) };

        $asked++;

        if (!$response || $response->status != 200) {
            $mixed++;
            $connection = $t->connection;
            next;
        }

        for my $string (split /\|/, $response->body) {
            my %names = names_of($string);

            $mixed++ if keys %names != 1;
            $seen{$_} = 1 for keys %names;
        }
    }

    is $?, 0, "$uri: the name was changed $CHANGES times";
    cmp_ok $asked, '>', 0, "$uri: while it was asked for";
    is $mixed, 0, "$uri: a string has one name in it";
    is_deeply [ grep { !$seen{$_} } @names ], [], "$uri: both were seen";
    is_deeply [ grep { my $name = $_; !grep { $_ eq $name } @names, '' }
                sort keys %seen ], [], "$uri: and nothing else";
}


# the same where the session ends

for my $uri (qw(/basic /set)) {
    my ($mixed, $in) = (0, 0);

    for my $round (1 .. 20) {
        my $person = $t->browser;

        $person->sign_in($ann, $password);
        $cookie = $person->cookie('login');

        my $connection = $t->connection;
        my $pid = fork // die "fork: $!\n";

        if ($pid == 0) {
            my ($status) = $t->cli('session', 'revoke', $ann);
            POSIX::_exit($status);
        }

        for (;;) {
            my $response = ask($connection, $uri);

            last if $response->status == 401;

            $in++;
            $mixed++ if $response->status != 200;

            for my $string (split /\|/, $response->body) {
                my %names = names_of($string);

                $mixed++ if keys %names != 1;
            }
        }

        waitpid $pid, 0;
    }

    cmp_ok $in, '>', 0, "$uri: signed in for a while";
    is $mixed, 0, "$uri: each string knows who it is, or does not";
}


done_testing;
