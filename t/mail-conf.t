#!/usr/bin/perl

# What login_mail takes; TLS and signing in to the relay; templates.

use strict;
use warnings;

use JSON::PP;

use Login::Mail;
use Login::Test;


plan(skip_all => Login::Mail::missing()) if Login::Mail::missing();


my $no = JSON::PP::false;
my $yes = JSON::PP::true;

my $server = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name login.example.com;
    login on;
    location /login/ { login_portal; }
}
END

my $t = Login::Test->new(workers => 1, log => 'info');
my $dir = $t->dir;

sub refused {
    my ($line, $message, %opt) = @_;

    $t->conf_error("$line\n$server", $message, "refused: $line", %opt);
}

sub taken {
    my ($line) = @_;

    $t->conf_ok("$line\n$server", "taken: $line");
}

sub warnings {
    my ($line) = @_;

    my ($status, @lines) = $t->conf_test("$line\n$server");

    return grep { /\[(?:warn|error|crit|alert|emerg)\]/ } @lines;
}


# --- the line

for my $url ('mail', 'http://mail', 'smtp:mail', 'smtp://', 'smtp:///',
             'smtp://a:0', 'smtp://a:65536', 'smtp://a:x', 'smtp://a:',
             'smtp://a/b', 'smtp://u:p@a', 'smtp://a..b', 'smtp://-a',
             'smtp://a-', 'smtp://.a', 'smtp://[::g]', 'smtp://[::1',
             'smtp://::1', 'smtps://', 'SMTP://a', '"smtp://a b"',
             "\"smtp://a\r\nb\"", 'smtp://a?b', 'smtp://a#b', '""')
{
    refused("login_mail $url;", qr/invalid url "/s)
        unless $url =~ /\n/;
}

taken("login_mail $_;")
    for 'smtp://a', 'smtp://mail.example.com:587', 'smtps://mail.example.com',
        'smtps://192.0.2.1:465/', 'smtp://[2001:db8::1]:25', 'smtp://A-1.b:1';

for my $from ('a', 'a@', '@b', 'a b@c', 'A <a@b', 'A a@b>', '<a@b> x',
              "j\xc3\xb6rg\@a", '<>', 'A <a@b>, B <b@c>', '')
{
    refused("login_mail smtp://a \"from=$from\";",
            qr/invalid parameter "from=/);
}

taken("login_mail smtp://a from=\"$_\" starttls=off;")
    for 'a@b', '<a@b>', 'A B <a@b>', 'A B C <a@b>';
refused('login_mail smtp://a from="A <a@b> starttls=off;',
        qr/invalid parameter "from="A"/);
refused("login_mail smtp://a $_;", qr/invalid parameter "from="/)
    for 'from="', 'from=""', 'from="A <a@b>"x';
taken("login_mail smtp://a \"from=$_\";")
    for 'a@b', '<a@b>', 'A B <a@b>', "J\xc3\xb6rg <a\@b>";

refused('login_mail smtp://a; login_mail smtp://a;', qr/is duplicate/);
refused('login_mail;', qr/invalid number of arguments/);
refused('login_mail smtp://a starttls=maybe;', qr/invalid parameter/);
refused('login_mail smtp://a helo=x;', qr/invalid parameter "helo=x"/);
refused('login_mail smtps://a starttls=on;', qr/has "starttls="/);
refused('login_mail smtp://a user=u;', qr/both "user=" and "password_file="/);
refused('login_mail smtp://a password_file=f;', qr/both "user="/);
refused('login_mail smtp://a user= password_file=f;', qr/invalid parameter/);

$t->conf_error("server { listen 1; login_mail smtp://a; }",
               qr/not allowed here/, 'in http alone');


# --- the password

my $file = $t->write_file('password', "s\xc3\xa9cret word\n");
my $with = "login_mail smtp://a user=u password_file=$file";

chmod 0644, $file;
like join("\n", warnings("$with;")),
    qr/\A[^\n]*\[warn\] [^\n]* is open to others, run "chmod 600[^\n]*\z/,
    'one that others can read as well';

chmod 0600, $file;
is join("\n", warnings("$with;")), '', 'one that they cannot';
taken("$with;");
taken("login_mail smtp://a user=u password_file=password;");
refused("$with starttls=off;", qr/must not send a password without TLS/);
taken("login_mail smtp://127.0.0.1 user=u password_file=$file starttls=off;");
taken("login_mail smtp://localhost:1 user=u password_file=$file starttls=off;");
refused("login_mail smtp://localhost.evil.example user=u password_file=$file "
        . 'starttls=off;', qr/must not send a password/);

for my $text ('', "\n", "a\nb\n", "a\0b\n") {
    $t->write_file('password', $text);
    refused("$with;", qr/must have the password in one line/, nowhere => 1);
}

refused("login_mail smtp://a user=u password_file=$dir;",
        qr/is not a regular file/, nowhere => 1);
refused("login_mail smtp://a user=u password_file=/no/such;",
        qr/open\(\) "\/no\/such" failed/, nowhere => 1);


# --- templates

mkdir "$dir/own";
mkdir "$dir/own/mail";

my $own = "login_templates $dir/own; login_mail smtp://a;";

for my $bad (["Hello\n", qr/"test\.txt" has to begin with "Subject: "/],
             ["Subject: {{nothing}}\n\n", qr/unknown variable.*test\.txt:1/],
             ["Subject: a\n\n{{#name}}\n", qr/not ended.*test\.txt:3/],
             ["Subject: a\n\n{{> none}}\n", qr/no template "none\.txt"/],
             ['', qr/the file is empty/])
{
    $t->write_file('own/mail/test.txt', $bad->[0]);
    refused($own, $bad->[1], nowhere => 1);
}

$t->write_file('own/mail/test.txt',
               "Subject: {{\"Ahoy {site}\"}} <&>\n\n{{> head}}\n<b> & co\n");
taken($own);

$t->write_file('own/mail/test.html', "<p onclick=\"{{name}}\">x</p>\n");
refused($own, qr/test\.html:1/, nowhere => 1);

$t->write_file('own/mail/test.html', "<p>{{email}}</p>\n");


# --- TLS, with an authority of the test's own

sub openssl {
    my ($status, $out, $err) = $t->command({}, 'openssl', @_);

    die "openssl @_: $err\n" if $status;
}

openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', 2,
        '-subj', '/CN=test authority', '-keyout', "$dir/ca.key",
        '-out', "$dir/ca.pem");

for my $name ('127.0.0.1', '127.0.0.2') {
    openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=relay',
            '-keyout', "$dir/$name.key", '-out', "$dir/$name.csr");
    $t->write_file('ext', "subjectAltName=IP:$name\n");
    openssl('x509', '-req', '-in', "$dir/$name.csr", '-CA', "$dir/ca.pem",
            '-CAkey', "$dir/ca.key", '-CAcreateserial', '-days', 2,
            '-extfile', "$dir/ext", '-out', "$dir/$name.pem");
}

openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', 2,
        '-subj', '/CN=nobody', '-addext', 'subjectAltName=IP:127.0.0.1',
        '-keyout', "$dir/nobody.key", '-out', "$dir/nobody.pem");

sub certificate {
    my ($name) = @_;

    return (key => $t->read_file("$name.key"),
            cert => $t->read_file("$name.pem"));
}

my $relay = Login::Mail->new(certificate('127.0.0.1'),
                             user => 'login', password => 's3cret word');
my $url = '127.0.0.1:' . $relay->port;

$t->write_file('password', "s3cret word\n");
$t->{env} = { SSL_CERT_FILE => "$dir/ca.pem" };

my $conf = "login_templates $dir/own;\n"
    . "login_mail %s from=\"J\xc3\xb6rg, the <login\@example.com>\" "
    . "user=login password_file=password;\n$server";

sub conf {
    my ($relay) = @_;

    return $conf =~ s/%s/$relay/r;
}

sub outcome {
    my ($status, $out, $err) = $t->cli('--json', 'mail', 'test',
                                       'ann@example.com');

    return $out ? decode_json($out) : { state => $err };
}

sub tried {
    my ($id) = Login::Mail::put($t, kind => 7, to => 'ann@example.com');

    return Login::Mail::wait_state($t, $id, sub { $_[0]{attempts} });
}

$t->run(conf("smtp://$url"));

my $state = tried();

is $state->{state}, 'sent', 'STARTTLS and a password' or diag $state->{answer};

my ($mail) = $relay->wait_mails(1);

is $mail->{user}, 'login', 'signed in';
is $mail->{secure}, $yes, 'within TLS';
is $mail->{from}, 'login@example.com', 'the address of from=';
like $mail->{raw}, qr/^From: =\?UTF-8\?B\?\S+\?=\r\n <login\@example\.com>\r$/m,
    'the name of from=';
is $mail->{subject}, 'Ahoy login.example.com <&>', 'own subject, not escaped';
like $mail->{text}, qr/^<b> & co$/m, 'own text, not escaped';
is $mail->{html}, "<p>ann\@example.com</p>\n", 'own HTML';

unlike $t->read_file($_), qr/s3cret/, "no password in $_"
    for 'error.log', 'stderr.log';

# what fails concerns all mails, so the next one waits for a few seconds

my @faults = (
    ['a wrong password', qr/^535 /, certificate('127.0.0.1'),
     user => 'login', password => 'other'],
    ['no STARTTLS', qr/STARTTLS|TLS|SSL/, starttls => $no],
    ['a certificate of another name', qr/SSL|certificate/,
     certificate('127.0.0.2')],
    ['a certificate of nobody', qr/SSL|certificate/, certificate('nobody')],
);

for my $fault (@faults) {
    my ($name, $answer, %settings) = @$fault;

    $relay->restart(%settings);

    my $before = $relay->mails;
    my $state = tried();

    is $state->{state}, 'queued', "$name: it waits";
    like $state->{answer}, $answer, 'why';
    is scalar($relay->mails), $before, 'nothing was sent';
}

# the same by implicit TLS

$relay->restart(certificate('127.0.0.1'), secure => $yes,
                user => 'login', password => 's3cret word');

$t->reload(conf("smtps://$url"));
$t->cli_ok('mail', 'retry');

wait_for(sub { !grep { $_->{state} eq 'queued' }
               values %{ Login::Mail::states($t) } });

is scalar(grep { $_->{state} eq 'sent' } values %{ Login::Mail::states($t) }),
    5, 'smtps: all are sent';
is scalar($relay->mails), 5, 'each once';

$t->stop;
done_testing;
