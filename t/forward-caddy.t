#!/usr/bin/perl

# Caddy asks the sign-in server, configured as docs/forward-auth.md says.

use strict;
use warnings;

use Login::Forward qw(block);
use Login::Test;


my $f = Login::Forward->new;

my $global = <<'END';
{
    admin off
    auto_https off
    default_bind 127.0.0.2
}

END

my $conf = block('/etc/caddy/Caddyfile',
    'https://app.example.com' => 'http://app.example.com:' . $f->port,
    'https://login.example.com' => 'http://' . $f->login,
    '__Secure-login=' => 'login=',
    '127.0.0.1:3000' => $f->backend);

# nothing of it is to be left in the home of who tests

$f->start({ map { $_ => $f->dir . '/caddy' }
                qw(HOME XDG_DATA_HOME XDG_CONFIG_HOME) },
    'caddy', 'run', '--adapter', 'caddyfile', '--config',
    $f->file('Caddyfile', $global . $conf));

$f->check;

done_testing;
