#!/usr/bin/perl

# The page "account": a new password, with the current one asked.  Cases B05,
# B08, C11 and C13 as far as they are of this page.

use strict;
use warnings;

use JSON::PP;
use Login::Test;


my $ann = 'ann@example.com';
my $first = 'correct horse battery staple';
my $second = 'another horse, another battery';

my $t = Login::Test->new(
    accounts => { $ann => $first, 'bob@example.com' => 'a secret of bob only' },
    limit    => 'login_limit attempts=4 lockout=5m rate=1000000/m;',
    http     => 'login_hash memory=1m passes=1;',
);

my $conf = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "in: $login_user $login_auth_time"; }
}
END

$t->run($conf);

my $portal = 'http://localhost:' . $t->port . '/login/';


sub signed_in {
    my ($browser) = @_;

    return $browser->get('/')->status == 200;
}

sub enters {
    my ($password) = @_;

    return $t->browser->sign_in($ann, $password)->status == 303;
}

sub signs_in {
    my ($password, %opt) = @_;

    my $browser = $t->browser;

    is $browser->sign_in($ann, $password, undef, %opt)->status, 303,
        'signed in';

    return $browser;
}

sub change {
    my ($browser, $current, $new, %more) = @_;

    my $verify = delete $more{verify} // $new;

    return $browser->submit($browser->get('/login/account'), {
        password_current => $current, password => $new,
        password_verify => $verify, %more });
}

sub sessions {
    my $list = decode_json($t->cli_ok('session', 'list', $ann, '--json'));

    return scalar @{ ref $list eq 'HASH' ? $list->{sessions} : $list };
}


# --- who may see it

{
    my $browser = $t->browser;
    my $r = $browser->get('/login/account');

    is $r->status, 303, 'who is not signed in signs in';
    is $r->location, "$portal?return_to=%2Flogin%2Faccount",
        'and comes back';

    $r = $browser->post('/login/account', { password => 'x',
        csrf => $browser->get('/login/')->csrf });
    is $r->status, 303, 'also with a form';
    is $browser->post('/login/account', { password => 'x' })->status, 403,
        'of ours, that is';

    $r = $browser->sign_in($ann, $first, '/login/account');
    is $r->location, "${portal}account", 'there';

    my $page = $browser->follow($r);

    is $page->status, 200, 'the page';
    is $page->page, 'account', 'says which one it is';
    is $page->alert, undef, 'nothing is wrong';
    unlike $page->body, qr/has been changed/, 'and nothing was done';
    is $page->form('password_current')->{fields}{username}, $ann,
        'whose password it is, for password managers';
    is $browser->head('/login/account')->status, 200, 'HEAD';
}


# --- a change

{
    my @others = map { signs_in($first) } 1 .. 2;
    my $browser = signs_in($first);
    my $before = $browser->cookie('login');
    my $old = $browser->clone;

    my ($time) = $browser->get('/')->body =~ /(\d+)$/;
    my $r = change($browser, $first, $second);

    is $r->status, 303, 'changed';
    is $r->body, '', 'no body';
    like $r->location, qr/^\Q$portal\Eaccount\?done=[\w-]+$/,
        'back to the page';
    isnt $browser->cookie('login'), $before, 'the session is a new one';

    my $page = $browser->follow($r);

    is $page->status, 200, 'which goes on';
    like $page->body, qr/Your password has been changed/, 'and says so';
    is $browser->get('/')->body, "in: $ann $time",
        'the session is as old as it was';

    ok !signed_in($old), 'its old cookie is worth nothing (B05)';
    ok !signed_in($_), 'all others are signed out (B08)' for @others;
    is sessions(), 1, 'one session is left';

    ok !enters($first), 'the old password is none any more';
    ok enters($second), 'the new one is';

    # what the page says, it says to this browser of this account only

    my $other = $t->browser;
    $other->sign_in('bob@example.com', 'a secret of bob only');
    unlike $other->get($r->location)->body, qr/has been changed/,
        'no link makes another page say so';
    unlike signs_in($second)->get($r->location)->body, qr/has been changed/,
        'nor one of the same account';
    unlike $browser->get('/login/account?done=1')->body, qr/has been changed/,
        'nor anything else';
}

{
    my $other = signs_in($second);
    my $browser = signs_in($second, shared => 1);

    is change($browser, $second, $first, keep_others => 1)->status, 303,
        'changed, and sessions elsewhere are kept';
    ok signed_in($other), 'another one goes on';
    ok signed_in($browser), 'this one, too';
    is $browser->cookie('login') =~ /./ && do {
        $browser->restart;
        $browser->cookie('login');
    }, undef, 'and ends with the browser, as before';

    is $t->cli_ok('session', 'revoke', $ann) =~ /ended/, 1, 'all end';
    ok !signed_in($other), 'they do';
}


# --- what is refused

{
    my $other = signs_in($first);
    my $browser = signs_in($first);

    my $r = change($browser, 'wrong', $second);

    is $r->status, 403, 'a wrong current password';
    is $r->page, 'account', 'the page again';
    like $r->alert, qr/isn't your current password/, 'says what is wrong';
    like $r->alert, qr/L30/, 'with a code';
    unlike $r->body, qr/\Q$second\E|value="wrong"/, 'and keeps no password';

    $r = change($browser, $first, $second, verify => "$second ");

    is $r->status, 422, 'two that differ';
    like $r->alert, qr/aren't the same.*L31/s, 'says so';

    $r = change($browser, $first, 'short');

    is $r->status, 422, 'a short one';
    like $r->body, qr/Code L33/, 'has a code';
    is change($browser, $first, $_)->status, 422, "a weak one: $_"
        for 'passwordpassword', 'ann@example.com.ann', 'aaaaaaaaaaaaaaaaaaaa',
            'x' x 401, "$second\x01";

    for my $missing (qw(password_current password password_verify)) {
        my %fields = (password_current => $first, password => $second,
                      password_verify => $second);
        $fields{$missing} = '';
        $r = $browser->submit($browser->get('/login/account'), \%fields);
        is $r->status, 422, "without \"$missing\"";

        delete $fields{$missing};
        $fields{csrf} = $browser->get('/login/account')
            ->form('password')->{fields}{csrf};
        $r = $browser->post('/login/account', \%fields);
        is $r->status, 422, "or the field itself";
    }

    ok signed_in($other), 'nobody is signed out by that';
    ok enters($first), 'and the password stays';
}


# --- forms that are none of ours (C11, C13)

{
    my $browser = signs_in($first);
    my $csrf = $browser->get('/login/account')
        ->form('password')->{fields}{csrf};
    my %fields = (csrf => $csrf, password_current => $first,
                  password => $second, password_verify => $second);

    my %foreign = signs_in($first)->get('/login/account')
        ->form('password')->{fields}->%*;

    my @cases = (
        [ 403, 'no csrf', { %fields, csrf => '' } ],
        [ 403, 'another browser\'s', { %fields, csrf => $foreign{csrf} } ],
        [ 403, 'from another site', { %fields },
          headers => { 'Sec-Fetch-Site' => 'cross-site' } ],
        [ 403, 'of no origin', { %fields }, headers => { Origin => 'null' } ],
        [ 400, 'a field twice', [ %fields, password => 'x' ] ],
        [ 400, 'an array', [ %fields, 'password[]' => 'x' ] ],
        [ 400, 'a bad escape', Login::Browser::encode(\%fields) . '&a=%zz' ],
        [ 415, 'JSON', encode_json(\%fields),
          headers => { 'Content-Type' => 'application/json' } ],
    );

    for my $case (@cases) {
        my ($status, $name, $body, %opt) = @$case;
        is $browser->post('/login/account', $body, %opt)->status, $status,
            $name;
    }

    is $browser->post('/login/account?' . Login::Browser::encode(\%fields),
                      { csrf => $csrf })->status, 422,
        'the query is not read';

    for my $method (qw(PUT DELETE PATCH OPTIONS)) {
        is $browser->request($method, '/login/account')->status, 405, $method;
    }

    ok enters($first), 'nothing of that changed the password';
    ok signed_in($browser), 'nor ended the session';
}


# --- guesses in a session that was found open

{
    my $browser = signs_in($first);
    my $elsewhere = signs_in($first);
    my @status = map { change($browser, "guess $_", $second)->status } 1 .. 6;

    is "@status", '403 403 403 403 429 429', 'guesses are limited';

    my $r = change($browser, $first, $second);

    is $r->status, 429, 'the right one comes too late';
    like $r->header('Retry-After') // '', qr/^\d+$/, 'says for how long';
    is $r->page, 'account', 'on the page itself';
    ok signed_in($browser), 'the session is none of its business';

    is change($elsewhere, $first, $second)->status, 303,
        'the owner, in a browser of their own, is not concerned';
    ok !signed_in($browser), 'and ends the other one';
    ok enters($second), 'with the new password';

    $t->cli_ok('user', 'unlock', $ann);
}


# --- the session, or the account, is gone meanwhile

{
    my $browser = signs_in($second);
    my $page = $browser->get('/login/account');

    $t->cli_ok('session', 'revoke', $ann);

    my $r = $browser->submit($page, { password_current => $second,
        password => $first, password_verify => $first });

    is $r->status, 303, 'of a session that was ended';
    is $r->location, "$portal?return_to=%2Flogin%2Faccount",
        'leads to the sign-in';
    ok enters($second), 'and changes nothing';

    $browser = signs_in($second);
    $page = $browser->get('/login/account');
    $t->cli_ok('user', 'disable', $ann);

    is $browser->submit($page, { password_current => $second,
        password => $first, password_verify => $first })->status, 303,
        'so does one of an account that was disabled';

    $t->cli_ok('user', 'enable', $ann);
    ok enters($second), 'the password stays';
}


# --- ten at once: one password is left, and one session with it

{
    my $browser = signs_in($second);
    my $page = $browser->get('/login/account');
    my $cookies = $browser->cookie_header({ path => '/login/account',
        host => 'localhost', scheme => 'http' });
    my @connections = map { $t->connection } 1 .. 10;

    for my $i (0 .. $#connections) {
        my $body = Login::Browser::encode({
            %{ $page->form('password')->{fields} },
            password_current => $second, password => "number $i of ten now",
            password_verify => "number $i of ten now" });

        $connections[$i]->send("POST /login/account HTTP/1.1\r\n"
            . 'Host: localhost:' . $t->port . "\r\n"
            . "Cookie: $cookies\r\n"
            . "Content-Type: application/x-www-form-urlencoded\r\n"
            . 'Content-Length: ' . length($body) . "\r\n\r\n$body");
    }

    my @answers = map { $_->response } @connections;
    my @changed = grep { ($answers[$_]->location // '') =~ /done=/ }
        0 .. $#answers;

    is scalar @changed, 1, 'one of ten at once changes it';
    is scalar(grep { $_->status == 503 } @answers), 0,
        'the others come too late, and no fault is behind that';
    is sessions(), 1, 'there is one session';
    is join(' ', grep {
        $t->cli('user', 'unlock', $ann);
        enters("number $_ of ten now");
    } 0 .. 9), "@changed", 'with that password, and no other';
    ok !enters($second), 'nor the old one';
}


# --- nobody may write

{
    my $browser = $t->browser;
    $browser->sign_in('bob@example.com', 'a secret of bob only');

    my $log = $t->log_mark;

    $t->hold_store;
    my $r = change($browser, 'a secret of bob only', $second);
    $t->release_store;

    is $r->status, 503, 'the store is held by somebody';
    is $r->page, 'error', 'nothing is said to be done';
}


# --- what stands in logs

unlike $t->error_log . $t->access_log,
    qr/\Q$first\E|\Q$second\E|number \d of ten|guess \d/,
    'no password in a log';


done_testing;
