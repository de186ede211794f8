#!/usr/bin/perl

# A second nginx, without an account or a key, asks the sign-in server,
# configured as docs/forward-auth.md says.

use strict;
use warnings;

use Login::Forward qw(block);
use Login::Test;


my $f = Login::Forward->new;
my $second = Login::Test->new(init => 0, no_store => 1);

mkdir $second->dir . '/snippets';

$second->write_file('snippets/login-ask.conf',
    block('/etc/nginx/snippets/login-ask.conf'));

my $conf = block('/etc/nginx/conf.d/app.conf',
    'listen 443 ssl;' => 'listen ' . $f->proxy . ';',
    "    ssl_certificate     /etc/ssl/app.example.com.crt;\n" => '',
    "    ssl_certificate_key /etc/ssl/app.example.com.key;\n" => '',
    'server login.example.com:443;' => 'server ' . $f->login . ';',
    'https://login' => 'http://login',
    '__Secure-login=' => 'login=',
    '127.0.0.1:3000' => $f->backend);

# a redirect is neither a yes nor a no to auth_request

$second->run($conf =~ s/http_version 1\.0/http_version 1.1/r);
$f->kept_out(sub { $f->browser->get('/') }, qr/^500$/, 'asked by HTTP/1.1');

$second->reload($conf);

$f->kept_out(sub { $f->browser->get('/.login/ask') }, qr/^404$/,
             'nobody asks from outside');
$f->check;

done_testing;
