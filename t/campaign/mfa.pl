#!/usr/bin/perl

# What scripts/campaign-mfa runs: see there.

use strict;
use warnings;

use JSON::PP;
use Login::Test;
use Login::Totp;


my $MANY = 50;
my $rounds = shift(@ARGV) // 200;

die "usage: scripts/campaign-mfa [ROUNDS]\n"
    if @ARGV || $rounds !~ /^[1-9][0-9]*$/;

my $good = 'correct horse battery staple';
my $t = Login::Test->new(workers => 4, connections => 256, log => 'notice',
    clock => 30 * int((time - 86400) / 30), accounts => { ann => $good });

$t->run(<<'END');
login_hash memory=1m passes=1;
login_org default "Acme" { mfa required; }

server {
    listen 127.0.0.1:%%PORT%% reuseport;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "$login_user $login_methods"; }
}
END

sub sign_in {
    my ($browser) = @_;
    return $browser->follow($browser->sign_in('ann', $good));
}

my $owner = $t->browser;
my ($secret, $recovery) = Login::Totp::enrol($owner, sign_in($owner),
                                             $t->{clock});
my @codes = Login::Totp::recovery($recovery);

$owner->submit($recovery, { saved => 1 });
$owner->sign_out;


# One request each, on a connection of its own; the last bytes together.

sub race {
    my ($code, @posts) = @_;

    my @sent = map {
        my ($browser, $page) = @$_;
        my $form = $page->form('code');
        my $body = Login::Browser::encode({ %{ $form->{fields} },
                                            code => $code });
        my $url = $browser->resolve($form->{action}, $page->url);
        my $connection = $t->connection;

        $connection->send("POST $url->{path} HTTP/1.1\r\nHost: localhost:"
            . $t->port . "\r\nCookie: " . $browser->cookie_header($url)
            . "\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            . 'Content-Length: ' . length($body) . "\r\n\r\n"
            . substr $body, 0, -1);

        [ $connection, substr $body, -1 ];
    } @posts;

    $_->[0]->send($_->[1]) for @sent;

    my %answers;
    $answers{ $_->[0]->response->status }++ for @sent;

    return join ' ', map { "$_: $answers{$_}" } sort keys %answers;
}


for my $round (1 .. $rounds) {
    $t->set_clock($t->{clock} + 30);

    # one form sent fifty times, fifty sign-ins, and once the same with one
    # of the recovery codes

    my @posts = $round % 2
        ? ([ map { [ $_, sign_in($_) ] } $t->browser ]) x $MANY
        : map { [ $_, sign_in($_) ] } map { $t->browser } 1 .. $MANY;

    @posts = map { ref $_->[0] eq 'ARRAY' ? @$_ : $_ } @posts;

    my $code = Login::Totp::code($secret, $t->{clock});
    my $right = '303: 1 403: ' . ($MANY - 1);

    # nothing is left of a recovery code that was used, so that the others
    # count as failures, ten of them at most

    if ($round % 4 == 2 && @codes) {
        $code = shift @codes;
        $right = '303: 1 403: 10 429: ' . ($MANY - 11);

        for my $post (@posts) {
            my ($browser, $page) = @$post;
            my ($use) = $page->body =~ /href="([^"]*use=recovery[^"]*)"/;

            $post->[1] = $browser->get($use =~ s/&amp;/&/gr);
        }
    }

    my $answers = race($code, @posts);
    my $sessions = @{ decode_json($t->cli_ok('--json', 'session', 'list',
                                             'ann')) };

    is $answers, $right, "round $round: answers";
    is $sessions, 1, "round $round: sessions";

    last if $answers ne $right || $sessions != 1;

    $t->cli_ok('session', 'revoke', 'ann');
    $t->set_clock($t->{clock} + 3600) if $right =~ /429/;
}

$t->cli_ok('check');

done_testing();
