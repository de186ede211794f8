#!/usr/bin/perl

# What docs/single-sign-on.md shows is taken as it stands.

use strict;
use warnings;

use Login::Test;


my $t = Login::Test->new;
my $text = $t->read_file("$Login::Test::ROOT/docs/single-sign-on.md");
my @blocks = $text =~ /^ *```nginx\n(.*?)^ *```/gms;
my %shown;

for my $block (@blocks) {
    my ($name) = $block =~ /login_provider (\w+)/;
    my ($org) = $block =~ /login_org (\w+)/;

    $shown{$name}++ if $name;

    # what is elsewhere on the page

    if (!$name) {
        ($name) = $block =~ /provider (\w+);/;
        ($block) = ((grep { /login_provider $name / } @blocks), '')[0]
            . $block;
    }

    $block .= "login_org default \"Acme\" { provider $name; }\n" if !$org;

    # secrets are not there

    my $file = $t->write_file('secret', "a secret\n");

    chmod 0600, $file;
    $block =~ s/client_secret_file \K\S+;/$file;/g;

    $t->conf_ok(<<"END", "what is shown of $name");
$block
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    location /login/ { login_portal; }
}
END
}

ok $shown{$_}, "there is a block of $_"
    for qw(onelogin okta entra google keycloak authentik);

# --- each event and code is one that there is

my %codes = map { $_ => 1 } $text =~ /\b(L\d\d)\b/g;

for my $code (sort keys %codes) {
    is((($t->cli('explain', $code))[0]), 0, "code $code");
}

my $events = $t->read_file("$Login::Test::ROOT/docs/events.md");

for my $event ($text =~ /`(sso_\w+)`/g) {
    like $events, qr/^\| `$event` /m, "event $event";
}

done_testing;
