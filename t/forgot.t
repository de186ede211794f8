#!/usr/bin/perl

# The page "forgot", and what comes of it in the mail: cases C01, E01, E07,
# E11 and F03, as far as they are of this page.

use strict;
use warnings;

use JSON::PP;

use Login::Mail;
use Login::Test;


plan(skip_all => Login::Mail::missing()) if Login::Mail::missing();


my $ann = 'ann@example.com';
my $first = 'correct horse battery staple';
my $second = 'another horse, another battery';

my $relay = Login::Mail->new(starttls => JSON::PP::false);

my $t = Login::Test->new(
    accounts => { map { $_ => $first } $ann, 'bob', 'dan@example.com',
                  'eve@example.com' },
    limit    => 'login_limit attempts=4 lockout=5m rate=1000000/m;',
    log      => 'info',
    http     => 'login_hash memory=1m passes=1;');

$t->cli_ok('user', 'disable', 'dan@example.com');
$t->cli_ok('user', 'add', 'fay@example.com');
$t->cli_ok('user', 'set', $ann, '--name', "Ann, Bcc: x\@example.com");

my $server = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "in: $login_user"; }
}
END

$t->run('login_mail smtp://127.0.0.1:' . $relay->port
        . " from=login\@example.com starttls=off;\n$server");

my $portal = 'http://localhost:' . $t->port . '/login/';
my $seen = 0;


sub ask {
    my ($name, %opt) = @_;

    my $browser = $opt{browser} // $t->browser;

    return $browser->submit($browser->get('/login/forgot'),
        { username => $name, %{ $opt{more} // {} } },
        headers => $opt{headers});
}

# The next mails, "n" of them, and no more.

sub mails {
    my ($n) = @_;

    my @mails = $relay->wait_mails($seen + $n);

    is scalar @mails, $seen + $n, "$n of them";
    my @new = @mails[$seen .. $#mails];
    $seen = @mails;

    return @new;
}

# Nothing is on its way that was asked for before this.

my $last = 0;

sub quiet {
    my $name = 'last' . ++$last;

    $t->add_user("$name\@example.com", $first);
    ask("$name\@example.com");
    my ($mail) = mails(1);
    like $mail->{raw}, qr/^To: .*$name\@/m, 'to nobody but who asked last';
}


sub link_in {
    my ($mail) = @_;

    my $raw = $mail->{raw};

    $raw =~ s/=\r?\n//g;
    $raw =~ s/=([0-9A-F]{2})/chr hex $1/ge;

    my ($link) = $raw =~ m{(\Q$portal\E(?:reset|invite)/[\w-]{43})};

    return $link;
}


# --- the way back in

{
    my $browser = $t->browser;
    my $page = $browser->get('/login/');

    like $page->body, qr{<a href="/login/forgot">Forgot password</a>},
        'the sign-in page leads there';

    $page = $browser->get('/login/forgot');
    is $page->status, 200, 'it is there';
    is $page->page, 'forgot', 'and says which one it is';

    my $r = $browser->submit($page, { username => 'Ann@EXAMPLE.com' });

    is $r->status, 303, 'asked for';
    is $r->location, "${portal}forgot?sent=1", 'leads on';
    is $browser->follow($r)->page, 'forgot-sent', 'to look for a mail';

    my ($mail) = mails(1);
    my $link = link_in($mail);

    is_deeply $mail->{to} // [ $ann ], [ $ann ], 'one recipient';
    like $link, qr{^\Q$portal\Ereset/[\w-]{43}$}, 'a link';

    $page = $browser->get($link, follow => 1);
    is $page->page, 'reset', 'which sets a password';

    $r = $browser->submit($page, { password => $second,
                                   password_verify => $second });
    is $browser->follow($r)->page, 'signin', 'done';
    is $t->browser->sign_in($ann, $second)->status, 303, 'the new one is it';
    is $t->browser->sign_in($ann, $first)->status, 403, 'the old one is not';

    ($mail) = mails(1);
    like $mail->{raw}, qr/password/i, 'the owner is told';
    is link_in($mail), undef, 'without a link that could be stolen';

    is $browser->get($link, follow => 1)->status, 410, 'a second use fails';
}


# --- the same for everybody (C01, E07)

{
    my %answers;

    for my $name ($ann, 'nobody@example.com', 'bob', 'dan@example.com',
                  'fay@example.com', 'a@', "x\xc3\xa9", 'x' x 300,
                  "ann\@example.com\r\nBcc: x\@example.com",
                  '"><script>alert(1)</script>')
    {
        my $browser = $t->browser;
        my $r = ask($name, browser => $browser);
        my $text = join "\n", $r->status, $r->location,
            map({ "$_->{name} " . length $_->{value} } $r->cookies),
            $r->body, $browser->follow($r)->body;

        $text =~ s/name="csrf" value="[^"]*"//g;

        push @{ $answers{$text} }, $name;
    }

    is scalar keys %answers, 1, 'the answers are the same'
        or diag explain \%answers;

    my ($mail) = mails(1);
    like $mail->{raw}, qr/^To: .*ann\@example\.com/m, 'one of them has a mail';
    quiet();
}

{
    my $r = ask($ann, more => { org => 'nowhere' });
    is $r->status, 303, 'an organisation that is not there';
    quiet();

    ask($ann, more => { org => 'default' });
    mails(1);
}


# --- as often as that (E11)

{
    my @status = map { ask($ann)->status } 1 .. 6;

    is "@status", '303 303 303 303 303 303', 'the answers tell nothing';
    quiet();
}


# --- where links lead (E01)

{
    $t->cli_ok({ stdin => "$first\n" }, 'user', 'add', 'gil@example.com',
               '--password-stdin');

    my $browser = $t->browser;
    my $page = $browser->get('/login/forgot');
    my $r = $browser->submit($page, { username => 'gil@example.com' },
        headers => { Host => 'evil.example', Origin => undef,
            'X-Forwarded-Host' => 'evil.example',
            Forwarded => 'host=evil.example' });

    is $r->location, "${portal}forgot?sent=1", 'back to the portal';

    my ($mail) = mails(1);
    ok link_in($mail), 'the link is the portal\'s';
    unlike $mail->{raw}, qr/evil\.example/, 'nothing of the request is in it';
}


# --- an invitation that waits

{
    my ($status, $out, $err) = $t->cli('invite', 'ivy@example.com',
        '--no-mail');
    is $status, 0, 'invited' or diag $err;

    ask('ivy@example.com');
    my ($mail) = mails(1);
    like link_in($mail), qr{/invite/}, 'is sent again';

    ($status, $out, $err) = $t->cli('user', 'password', 'ivy@example.com',
        '--link');
    is $status, 1, 'but not a link to a new password';
}


# --- locked out by others: the owner is let in again

{
    $t->browser->sign_in('gil@example.com', 'wrong') for 1 .. 4;
    is $t->browser->sign_in('gil@example.com', $first)->status, 429,
        'somebody has failed too often';

    ask('gil@example.com');
    my $browser = $t->browser;
    my $page = $browser->get(link_in((mails(1))[0]), follow => 1);
    $browser->submit($page, { password => $second,
                              password_verify => $second });
    is $t->browser->sign_in('gil@example.com', $second)->status, 303,
        'the owner comes in';
    mails(1);
}


# --- forms that are none of ours

{
    my $browser = $t->browser;
    my $csrf = $browser->get('/login/forgot')->csrf;
    my %fields = (csrf => $csrf, username => 'eve@example.com');

    for my $case (
        [ 403, { %fields, csrf => 'x' } ],
        [ 403, { %fields }, headers => { 'Sec-Fetch-Site' => 'cross-site' } ],
        [ 403, { %fields }, headers => { Origin => 'null' } ],
        [ 422, { csrf => $csrf } ],
        [ 422, { csrf => $csrf, username => '' } ],
        [ 400, [ %fields, username => 'bob' ] ],
        [ 400, [ %fields, 'username[]' => 'bob' ] ],
    ) {
        my ($status, $body, %opt) = @$case;
        my $r = $browser->post('/login/forgot', $body, %opt);
        is $r->status, $status, "refused with $status";
    }

    is $browser->request($_, '/login/forgot')->status, 405, $_
        for qw(PUT DELETE OPTIONS);

    my $r = $browser->post('/login/forgot', { csrf => 'x',
        username => '"><script>alert(1)</script>' });
    unlike $r->body, qr/<script>alert/, 'what was typed is text (F04)';

    quiet();
}


# --- another browser than those that the owner has used

{
    my $bob = 'hal@example.com';

    $t->cli_ok({ stdin => "$first\n" }, 'user', 'add', $bob,
               '--password-stdin');

    my $browser = $t->browser;
    is $browser->sign_in($bob, $first)->status, 303, 'the first browser';
    $browser->sign_out;
    is $browser->sign_in($bob, $first)->status, 303, 'once more';
    is $t->browser->sign_in($bob, $first)->status, 303, 'another one';

    my ($mail) = mails(1);
    like $mail->{raw}, qr/^To: .*hal\@example\.com/m, 'the owner is told';
    like $mail->{raw}, qr/Login::Browser/, 'which one it was';

    my $page = $browser->get('/login/account');
    is $browser->submit($page, { password_current => $first,
        password => $second, password_verify => $second })->status, 303,
        'the owner changes the password';
    ($mail) = mails(1);
    like $mail->{raw}, qr/^To: .*hal\@example\.com/m, 'and is told';

    $t->cli_ok('user', 'rename', $bob, 'ida@example.com');

    my @mails = mails(2);
    is join(' ', sort map { $_->{raw} =~ /^To: .*?(\w+)\@example\.com/m }
        @mails), 'hal ida', 'both addresses are told of a new name';
}


# --- too often from one network; its failures leak away with the time

{
    my $few = Login::Test->new(
        clock => time,
        limit => 'login_limit attempts=4 rate=3/m;',
        http  => 'login_log %%DIR%%/events.log;');

    $few->run('login_mail smtp://127.0.0.1:' . $relay->port
        . " from=login\@example.com starttls=off;\n$server");

    my @answers = map {
        my $browser = $few->browser;

        $browser->submit($browser->get('/login/forgot'),
            { username => "nobody$_\@example.com" });
    } 1 .. 5;

    is join(' ', map { $_->status } @answers), '303 303 303 429 429',
        'no network asks more often than it may fail';
    is $answers[4]->page, 'forgot', 'on the page itself';
    like $answers[4]->header('Retry-After'), qr/^\d+$/, 'says for how long';
    like $answers[4]->alert, qr/L23/, 'with a code';

    my @events = map { decode_json($_) }
        split /\n/, $few->read_file('events.log');

    is_deeply [ map { [ @$_{qw(event username)} ] } @events ],
        [ map { [ $_ < 4 ? 'forgot' : 'forgot_throttled',
                  "nobody$_\@example.com" ] } 1 .. 5 ],
        'an event of each';

    $few->set_clock($few->{clock} + 20);

    my $browser = $few->browser;

    is $browser->submit($browser->get('/login/forgot'),
        { username => $ann })->status, 303, 'one more, some time later';

    $few->stop;
}


# --- the relay is not there: nobody waits for it

{
    $relay->stop;
    $t->reload('login_mail smtp://127.0.0.1:' . $relay->port
        . " from=login\@example.com starttls=off;\n$server");

    is ask('eve@example.com')->status, 303, 'the answer is the same';
}


# --- nothing is mailed at all

{
    $t->reload($server);

    my $browser = $t->browser;
    my $page = $browser->get('/login/forgot');

    is $page->status, 200, 'the page';
    is $page->page, 'forgot', 'is there';
    is scalar(grep { $_->{action} !~ /language$/ } $page->forms), 0,
        'without a form';
    like $page->body, qr/Ask your administrator/, 'and says whom to ask';
    is $browser->post('/login/forgot', { username => $ann,
        csrf => $browser->get('/login/')->csrf })->status, 422,
        'nor is one taken';
}

like $t->cli_ok('check'), qr/./, 'the store is sound';
unlike $t->error_log . $t->access_log, qr/reset\/(?!x{43})[\w-]{43}/,
    'no token in a log';


done_testing;
