#!/usr/bin/perl

# login_mail and "nginx-login mail", with a real relay: what it gets, and what
# becomes of mails that it does not take.

use strict;
use warnings;

use JSON::PP;

use Login::Mail;
use Login::Test;


plan(skip_all => Login::Mail::missing()) if Login::Mail::missing();


my $relay = Login::Mail->new(starttls => JSON::PP::false);
my $url = 'smtp://127.0.0.1:' . $relay->port;

my $t = Login::Test->new(workers => 4, log => 'info',
    accounts => { 'ann@example.com' => 'correct horse battery staple' });

my $server = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name login.example.com;
    login on;

    location /login/ { login_portal; }
    location = /open { login off; return 200 $pid; }
}
END

$t->run("login_log %%DIR%%/events.log;\nlogin_mail $url starttls=off;\n"
        . $server);

my ($status, $out, $err) = $t->cli('mail', 'test', 'bob@example.com');

is $status, 0, 'taken' or diag $err;
like $out, qr/^sent, the relay said: 250 kept$/, 'with the words of the relay';

my ($mail) = $relay->wait_mails(1);

diag $mail->{raw};

done_testing;
