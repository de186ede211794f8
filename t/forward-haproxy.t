#!/usr/bin/perl

# HAProxy asks the sign-in server, configured as docs/forward-auth.md says.

use strict;
use warnings;

use Login::Forward qw(block);
use Login::Test;


my $f = Login::Forward->new;

my $lua = block('/etc/haproxy/login.lua',
    'https://login.example.com/auth' => 'http://' . $f->login . '/auth');

my $conf = block('/etc/haproxy/haproxy.cfg',
    '/etc/haproxy/login.lua' => $f->dir . '/login.lua',
    'bind :443 ssl crt /etc/ssl/app.example.com.pem' => 'bind ' . $f->proxy,
    '__Secure-login=' => 'login=',
    '127.0.0.1:3000' => $f->backend);

my @haproxy = ('/usr/sbin/haproxy', '-db', '-f',
               $f->file('haproxy.cfg', $conf));

# a mistake in the script lets nobody through

$f->file('login.lua', $lua =~ s/local answer = ask\(txn\)/error("oops")/r);
$f->start({ }, @haproxy);

$f->kept_out(sub { $f->browser->get('/') }, qr/^503$/, 'an error in Lua');

$f->stop_proxy;

$f->file('login.lua', $lua);
$f->start({ }, @haproxy);
$f->check;

done_testing;
