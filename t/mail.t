#!/usr/bin/perl

# login_mail and "nginx-login mail", with a real relay: what it gets, and what
# becomes of mails that it does not take (E11, F03).

use strict;
use warnings;

use JSON::PP;

use Login::Mail;
use Login::Test;


plan(skip_all => Login::Mail::missing()) if Login::Mail::missing();


my $no = JSON::PP::false;
my $ann = 'ann@example.com';
my ($invitation, $reset, $accounts, $exists, $password, $browser, $renamed)
    = 0 .. 6;

my $server = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name login.example.com;
    login on;

    location /login/ { login_portal; }
    location = /open { login off; return 200 $pid; }
}
END

my $t = Login::Test->new(workers => 4, log => 'info',
    accounts => { $ann => 'correct horse battery staple' });

sub put { return Login::Mail::put($t, @_) }

sub wait_state {
    my ($id, $state) = @_;

    return Login::Mail::wait_state($t, $id, sub { $_[0]{state} eq $state });
}

sub header {
    my ($mail, $name) = @_;

    return join '|', map { $_->{line} =~ s/^[^:]+:\s*//r }
        grep { $_->{key} eq lc $name } @{ $mail->{headers} };
}


# --- without a relay

$t->run($server);

wait_for(sub { ($t->cli('gates'))[0] == 0 });

my ($status, $out, $err) = $t->cli('mail', 'test', $ann);

is $status, 1, 'no login_mail: refused';
like $err, qr/^nginx-login: nginx sends no mails, .*"login_mail"/, 'why';
is $t->cli_ok('--json', 'mail', 'list'), "[]\n", 'nothing is queued';

$t->stop;


# --- a mail, and what is in it

my $relay = Login::Mail->new(starttls => $no);
my $url = 'smtp://127.0.0.1:' . $relay->port;

$t->run("login_log %%DIR%%/events.log;\nlogin_mail $url starttls=off;\n"
        . $server);

wait_for(sub { ($t->cli('mail', 'test', '--wait', '0s', $ann))[2]
               !~ /sends no mails/ });

my ($mail) = $relay->wait_mails(1);

is_deeply $mail->{to}, [$ann], 'to whom';
is $mail->{from}, 'login@login.example.com', 'from the portal';
is $mail->{hello}, 'login.example.com', 'the name of the client';
is header($mail, 'To'), "<$ann>", 'To';
is header($mail, 'From'), '<login@login.example.com>', 'From';
is header($mail, 'Auto-Submitted'), 'auto-generated', 'Auto-Submitted';
is header($mail, 'Subject'), 'Test mail from login.example.com', 'Subject';
like header($mail, 'Date'),
    qr/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/, 'Date';
like header($mail, 'Message-ID'), qr/^<[0-9a-f]{32}\@login\.example\.com>$/,
    'Message-ID';
like header($mail, 'Content-Type'), qr/^multipart\/alternative;/, 'two parts';
like $mail->{text}, qr/^Mails from login\.example\.com arrive\.$/m, 'text';
like $mail->{html}, qr/<p>Mails from login\.example\.com arrive\.<\/p>/,
    'HTML';

($status, $out, $err) = $t->cli('mail', 'test', 'bob@example.com');

is $status, 0, 'taken';
is $out, "sent, the relay said: 250 kept\n", 'with the words of the relay';
is $err, '', 'no error';

my $test = decode_json($t->cli_ok('--json', 'mail', 'test', 'b@example.com'));

is "$test->{state} $test->{kind} $test->{to} $test->{attempts}",
    'sent test b@example.com 1', 'the same in JSON';
is $test->{answer}, '250 kept', 'its answer';

like $t->cli_ok('mail', 'list'),
    qr/^CREATED +TO .*\n(.*\n)*.*b\@example\.com +test +sent +1 +- /m, 'list';

($status, $out, $err) = $t->cli('mail', 'retry', $test->{id});

is $status, 1, 'what was sent is not sent again';
like $err, qr/not queued any more/, 'why';

($status, $out, $err) = $t->cli('mail', 'retry', '0' x 32);

is "$status $err", "1 nginx-login: mail not found\n", 'an unknown mail';

($status, $out, $err) = $t->cli('mail', 'retry', 'x');

is $status, 1, 'no id';

for my $address ("a\@b\r\nBcc: c\@d", 'a', 'a@b, c@d', '<a@b>') {
    ($status, $out, $err) = $t->cli('mail', 'test', $address);

    is $status, 1, 'no address' or diag $address;
}

wait_for(sub { $t->read_file('events.log') =~ /"mail_sent".*b\@example/ });

like $t->read_file('events.log'),
    qr/"event":"mail_sent","category":"mail","result":"ok",.*bob\@example/,
    'an event';


# --- what the other kinds say

sub sent {
    my (%field) = @_;

    my $id = put(to => 'x@example.com', username => 'x@example.com', %field);
    my $state = wait_state($id, 'sent');

    return (grep { $_->{id} =~ /^<$id\@/ } $relay->mails)[0];
}

my $link = 'https://login.example.com/login/invite/T0ken-_';

$mail = sent(kind => $invitation, url => $link, name => 'Ann',
             title => 'Acme', expires => time + 3600);

is $mail->{subject}, "You're invited to Acme", 'invitation: subject';
like $mail->{text}, qr/^\Q$link\E$/m, 'its link';
like $mail->{html}, qr/<a href="\Q$link\E">/, 'the same in HTML';
like $mail->{text}, qr/^Hello Ann,$/m, 'its name';
like $mail->{text},
    qr/^The link works once, until \d{4}(?:-\d\d){2} \d\d:\d\d UTC\.$/m,
    'its end';

$mail = sent(kind => $reset, url => $link);

is $mail->{subject}, 'Reset your password at login.example.com', 'reset';
like $mail->{text}, qr/^\Q$link\E$/m, 'its link';

$mail = sent(kind => $exists, url => 'https://login.example.com/login/');
like $mail->{text}, qr/You have an account already/, 'exists';

$mail = sent(kind => $password, when => 1700000000, detail => 'Firefox',
             address => '192.0.2.7');
like $mail->{text}, qr/^When: 2023-11-14 22:13 UTC$/m, 'when it was changed';
like $mail->{text}, qr/^Browser: Firefox$/m, 'by which browser';
like $mail->{text}, qr/^Address: 192\.0\.2\.7$/m, 'from where';

$mail = sent(kind => $browser, detail => 'Firefox');
like $mail->{subject}, qr/^New sign-in at/, 'a new browser';

$mail = sent(kind => $renamed, detail => 'new@example.com');
like $mail->{text}, qr/from x\@example\.com to new\@example\.com\./, 'renamed';

$mail = sent(kind => $accounts);
like $mail->{text}, qr/asked how x\@example\.com gets back in/, 'accounts';


# --- what must not get out of its place

my @hostile = (
    "Eve\r\nBcc: victim\@example.com", "Eve\nBcc: victim\@example.com",
    "Eve\rBcc: victim\@example.com", 'Eve%0d%0aBcc: victim@example.com',
    "Eve\r\n\r\nHello\r\n.\r\nMAIL FROM:<a\@b>\r\n", "\xe2\x80\xa8Bcc: v\@e",
    "\xc2\x85Bcc: v\@e", '"Eve" <victim@example.com>', "\xf0\x9f\x92\xa9",
    '=?utf-8?B?Qg==?=', "\xe5\x98\x8a\xe5\x98\x8dBcc: v\@e", '<b>Eve</b>',
    "\t", "x" x 2000, "\xc3\xa9" x 999, '{name}', '{{name}}', '%s%n',
    "Eve\x1b[31m", 'multipart/mixed; boundary="x"', "--=_0\r\n",
);

for my $text (@hostile) {
    my $name = $text =~ s/[^ -~]/?/gr;

    $name = substr($name, 0, 40);

    $mail = sent(kind => $invitation, url => $link, name => $text,
                 title => $text, detail => $text);

    my ($head) = split /\r\n\r\n/, $mail->{raw};

    is_deeply $mail->{to}, ['x@example.com'], "one recipient: $name";
    is join(' ', map { $_->{key} } @{ $mail->{headers} }),
        'date from to subject message-id auto-submitted mime-version '
        . 'content-type', "no other headers: $name";
    is scalar(grep { length > 998 } split /\r\n/, $mail->{raw}), 0,
        "no line is too long: $name";
    unlike $head, qr/[^\r\n -~]/, "the head is ASCII: $name";
    is scalar(split /^\Q$link\E$/m, $mail->{text}, -1), 2,
        "the text is whole: $name";
    unlike $mail->{html}, qr/<b>/, "so is the HTML: $name";
}


# --- addresses that are not ASCII

my $id = put(kind => 7, to => "j\xc3\xb6rg\@example.com");

is wait_state($id, 'sent')->{state}, 'sent',
    'not ASCII before the "@", with SMTPUTF8';
is_deeply [grep { $_->{id} =~ /$id/ } $relay->mails]->[0]{to},
    ["j\x{f6}rg\@example.com"], 'as it is';

$relay->restart(starttls => $no, utf8 => $no);

$id = put(kind => 7, to => "j\xc3\xb6rg\@example.com");

like wait_state($id, 'failed')->{answer}, qr/SMTPUTF8/, 'and without';
is scalar(grep { $_->{id} =~ /$id/ } $relay->mails), 0, 'nothing was sent';

$id = put(kind => 7, to => "bob\@b\xc3\xbccher.example");

is wait_state($id, 'sent')->{state}, 'sent',
    'a domain that is not ASCII goes out as A-labels';


# --- refusals

for my $where ('rcpt', 'data') {
    $relay->restart(starttls => $no, $where => 550);

    $id = put(kind => 7, to => 'gone@example.com');
    my $state = wait_state($id, 'failed');

    is $state->{attempts}, 1, "550 at $where: not tried again";
    is $state->{answer}, '550 no, says the test 550', 'with its reason';

    wait_for(sub { $t->read_file('events.log') =~ /$id/ });

    like $t->read_file('error.log'),
        qr/\[error\].*$id \(test\) to "gone\@example\.com" was refused: 550/,
        'in the log';
    like $t->read_file('events.log'),
        qr/"mail_failed",.*"result":"fault",.*$id: 550/, 'and as an event';

    $relay->restart(starttls => $no, $where => 450);

    $id = put(kind => 7, to => 'busy@example.com');
    $state = Login::Mail::wait_state($t, $id, sub { $_[0]{attempts} });

    is "$state->{state} $state->{answer}",
        'queued 450 no, says the test 450', "450 at $where: tried again";
    cmp_ok $state->{next} - $state->{created}, '>=', 60, 'in a minute';
    cmp_ok $state->{next} - time, '<=', 60, 'and not later';

    my $other = put(kind => 7, to => 'other@example.com');

    $relay->restart(starttls => $no);

    is $t->cli_ok('mail', 'retry', $id), '', 'due now';
    is wait_state($id, 'sent')->{attempts}, 2, 'and sent';

    like decode_json($t->cli_ok('--json', 'mail', 'retry'))->{due},
        qr/^[01]$/, 'unless it was sent by then';
    wait_state($other, 'sent');
}

# one recipient of whom the relay wants to know nothing delays no other

$relay->restart(starttls => $no, recipients => { 'busy@example.com' => 451 });

my $busy = put(kind => 7, to => 'busy@example.com');
$id = put(kind => 7, to => 'quick@example.com');

is wait_state($id, 'sent')->{attempts}, 1, 'the next one is sent';
is Login::Mail::wait_state($t, $busy, sub { $_[0]{attempts} })->{state},
    'queued', 'while the other waits';

$relay->restart(starttls => $no);
$t->cli_ok('mail', 'retry');
wait_state($busy, 'sent');

$id = put(kind => $reset, to => $ann, url => $link, expires => time - 1);

is wait_state($id, 'failed')->{answer}, 'the link in it has expired',
    'no link that is of no use';


# --- a relay that is not there, or says nothing

$relay->stop;

$id = put(kind => 7, to => 'later@example.com');

my $state = Login::Mail::wait_state($t, $id, sub { $_[0]{attempts} });

like $state->{answer}, qr/connect/i, 'a relay that is down';
is $state->{state}, 'queued', 'nothing is lost';
is $t->browser->get('/open')->status, 200, 'requests are answered';

($status, $out, $err) = $t->cli('mail', 'test', '--wait', '1s', $ann);

is $status, 1, 'a test that is not answered';
like $err, qr/^nginx-login: not (?:taken yet|tried)/, 'says so';

for my $place ('connect', 'rcpt', 'data') {
    $relay->restart(starttls => $no, close => $place);
    my $seen = $relay->seen->{connections};

    $t->cli_ok('mail', 'retry');
    wait_for(sub { $relay->seen->{connections} > $seen });

    is Login::Mail::states($t)->{$id}{state}, 'queued',
        "closed at $place: it waits";
}

$relay->restart(starttls => $no);
$t->cli_ok('mail', 'retry');
is wait_state($id, 'sent')->{state}, 'sent', 'in the end it is sent';
is scalar(grep { $_->{id} =~ /$id/ } $relay->mails), 1, 'once';

# nginx ends in good time while the relay hangs

for my $place ('connect', 'rcpt', 'data') {
    $relay->restart(starttls => $no, hang => $place);

    my $seen = $relay->seen;
    my $counter = { connect => 'connections' }->{$place} // $place;

    $id = put(kind => 7, to => "hang-$place\@example.com");
    $t->cli_ok('mail', 'retry');

    wait_for(sub { $relay->seen->{$counter} > $seen->{$counter} });

    is $t->browser->get('/open')->status, 200, "hangs at $place: answers";

    $t->stop;
    $relay->restart(starttls => $no);
    $t->start;

    is wait_state($id, 'sent')->{state}, 'sent', 'sent after the start';
}

$t->stop;
done_testing;
