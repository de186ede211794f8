#!/usr/bin/perl

# The nginx behind the tests of the browser.  Reads JSON, a line each: first
# { accounts, http, limit } to start with, then [command, argument...]: "cli"
# with what nginx-login takes, "sign_in" with a username and a password.
# Answers each in a line, and at the end of its input with what Login::Test
# checks.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP;
use Login::Test;


$| = 1;

my $json = JSON::PP->new->utf8->canonical;


sub answer { print $json->encode($_[0]), "\n" }


my $opt = $json->decode(scalar <STDIN>);
my $t = Login::Test->new(accounts => $opt->{accounts},
                         limit => $opt->{limit});

utf8::encode($opt->{http});
$t->run("login_hash memory=1m passes=1;\n$opt->{http}");

# nginx-login knows the portal, and whether there is mail, from then on

wait_for(sub { ($t->cli('gates'))[0] == 0 });

answer({ port => $t->port, ports => $t->{ports}, dir => $t->dir });

# The cookie of a session.

sub sign_in {
    my ($username, $password) = @_;

    my $browser = $t->browser;

    $browser->sign_in($username, $password);

    return 'login=' . ($browser->cookie('login') // die "not signed in\n");
}


while (my $line = <STDIN>) {
    my ($command, @arguments) = @{ $json->decode($line) };

    answer($command eq 'cli' ? $t->cli_ok(@arguments)
        : $command eq 'sign_in' ? sign_in(@arguments)
        : die "unknown command \"$command\"\n");
}

done_testing();
