#!/usr/bin/perl

# Mails where there are several organisations: one lists all of a name, with
# what works in each, and each has the titles and templates of its own.

use strict;
use warnings;

use JSON::PP;

use Login::Mail;
use Login::Test;


plan(skip_all => Login::Mail::missing()) if Login::Mail::missing();


my $password = 'correct horse battery staple';
my $ann = 'ann@example.com';
my $relay = Login::Mail->new(starttls => JSON::PP::false);

my $t = Login::Test->new(log => 'info');

$t->add_user($ann, $password, '--org', $_) for qw(acme globex);
$t->cli_ok('user', 'add', $ann, '--org', 'initech');
$t->add_user('bob', $password, '--org', 'acme', '--email',
             'bob@acme.example');
$t->add_user('bob', $password, '--org', 'globex', '--email',
             'bob@globex.example');

mkdir $t->dir . "/$_" for qw(own own/mail);
$t->write_file('own/mail/reset.txt',
               "Subject: Of our own\n\nOwn text {{url}} {{organisation}}\n");

$t->run('login_mail smtp://127.0.0.1:' . $relay->port
        . " from=login\@example.com starttls=off;\n" . <<'END');
login_hash memory=1m passes=1;

login_org acme "Acme Corporation" { login_templates %%DIR%%/own; }
login_org globex "Globex" { }
login_org initech "Initech" { }

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location /who { add_header X-Org $login_org; return 200 "canary"; }
}
END

my $seen = 0;


sub ask {
    my ($name, $org) = @_;

    my $browser = $t->browser;
    my $answer = $browser->submit($browser->get('/login/forgot'),
                                  { username => $name, org => $org // '' });

    is($answer->status, 303, 'answered');
}

sub mails {
    my ($n) = @_;

    my @mails = $relay->wait_mails($seen + $n);

    is(scalar @mails, $seen + $n, "$n more");
    @mails = @mails[$seen .. $#mails];
    $seen += $n;

    return @mails;
}


# the account of initech has no password and no invitation

ask($ann);

my ($mail) = mails(1);

like($mail->{text}, qr/Acme Corporation.*Globex/s, 'all of them in one');
unlike($mail->{text}, qr/Initech/, 'but where nothing works');

my @urls = $mail->{text} =~ m{(http://\S+/reset/\S+)}g;

is(scalar @urls, 2, 'a link for each');

my $browser = $t->browser;
my $page = $browser->get($urls[1], follow => 1);

like($page->body, qr/reset/, 'the second one');

my $new = 'other horse other battery';

is($browser->submit($page, { password => $new, password_verify => $new },
                    follow => 1)->page, 'signin', 'sets a password');
is($browser->submit($browser->get('/login/'), { username => $ann,
                    password => $new, org => 'globex' })->status, 303,
   'of that organisation');
my $again = $t->browser;

is($again->submit($again->get('/login/'), { username => $ann,
                       password => $new, org => 'acme' })->status, 403,
   'and not of the other one');

($mail) = mails(1);
like($mail->{subject}, qr/password/, 'the owner is told');

# names that only look the same

ask('bob');

my %to = map { $_->{to}[0] // $_->{to} => $_->{text} } mails(2);

is(join(' ', sort keys %to), 'bob@acme.example bob@globex.example',
   'each to their own address');
is(scalar(() = $to{'bob@globex.example'} =~ m{/reset/}g), 1,
   'with their own link alone');

# one organisation

ask($ann, 'ACME');
($mail) = mails(1);
is($mail->{subject}, 'Of our own', 'the templates of acme');
like($mail->{text}, qr/Own text \S+ Acme Corporation/, 'and its title');

ask('nobody@example.com');
ask($ann, 'nowhere');

$t->done_testing;
