#!/usr/bin/perl

# The ways of links and passwords while one call fails, as faults.t has it
# for signing in: invitations, registering, a new password by a link and by
# the page "account", and asking for links.  No account is half made, and no
# password is changed without a word.

use strict;
use warnings;

use Login::Fault;
use Login::Test;


my $password = 'correct horse battery staple';
my ($ann, $kim, $lea) = map { "$_\@example.com" } qw(ann kim lea);

my $fault = Login::Fault->new;

my $alerts = qr{
    (?:malloc|calloc|posix_memalign|mmap)\(
    | epoll_ctl\( | eventfd\(\) | accept4?\(
}x;

my $t = Login::Test->new(
    $fault->options,
    accounts    => { map { $_ => $password } $ann, $kim, $lea },
    workers     => 1,
    log         => 'info',
    limit       => 'login_limit attempts=1000 rate=1000000/m;',
    allow_alert => $alerts,
);

# nobody is there to take the mails, which wait; most allocations are of their
# own, since the pool of a request is small

$t->run(<<'END');
login_hash memory=1m passes=1;
login_mail smtp://127.0.0.1:9 from=login@example.com starttls=off;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;
    access_log off;
    request_pool_size 128;

    location /login/ { login_portal; }
    location / { return 200 "canary $login_user"; }
}
END

wait_for(sub { ($t->cli('gates'))[0] == 0 });


# --- what is asked

my $page = $t->browser;
my $csrf = $page->get('/login/')->csrf;
my $known = $page->cookie('login_browser');
my $n = 0;


sub ask {
    my ($method, $path, $cookies, $fields) = @_;

    my $body = $fields ? Login::Browser::encode({ csrf => $csrf, %$fields })
        : '';
    my $cookie = join '; ', "login_browser=$known",
        map { "$_=$cookies->{$_}" } sort keys %$cookies;
    my $request = "$method $path HTTP/1.1\r\nHost: localhost\r\n"
        . "Connection: close\r\nAccept: text/html\r\nCookie: $cookie\r\n";

    $request .= "Content-Type: application/x-www-form-urlencoded\r\n"
        . 'Content-Length: ' . length($body) . "\r\n" if $fields;

    return eval { $t->raw("$request\r\n$body") };
}


sub fresh { 'user' . ++$n . '@example.com' }

sub token { $_[0] =~ m{/([\w-]{43})\s*\z} ? $1 : die "no link: $_[0]\n" }


# Somebody who is invited, with the token; a link for many; one to a password.

sub invited {
    my $who = fresh();

    return { who => $who, token => token($t->cli_ok('invite', $who)) };
}

sub shared {
    return { token => token($t->cli_ok('invite', '--link', '--domain',
                                       'example.com')) };
}

sub reset_of {
    return { token => token($t->cli_ok('user', 'password', $_[0], '--link')) };
}

sub new_passwords {
    return (password => $password, password_verify => $password);
}

sub enters {
    return $t->browser->sign_in($_[0], $password)->status == 303;
}

sub session {
    my $browser = $t->browser;

    $browser->sign_in($_[0], $password);

    return $browser->cookie('login');
}

sub state_of {
    return $t->cli_ok('user', 'show', $_[0]) =~ /^state +(.*)$/m ? $1 : '';
}

my ($invited, $used) = map { invited() } 1 .. 2;
my $shared = shared();
my $reset = reset_of($lea);
my $signed = session($ann);

is ask('POST', '/login/register', { login_link => $used->{token} },
       { new_passwords() })->status, 303, 'an invitation is used';

my @requests = (
    [ 'the link of an invitation', 303,
      sub { ask('GET', "/login/invite/$invited->{token}") },
      sub { $_[0]->location =~ m{/register$} } ],
    [ 'one that was used', 410,
      sub { ask('GET', "/login/invite/$used->{token}") },
      sub { $_[0]->body =~ m{href="/login/} } ],
    [ 'one for many', 303,
      sub { ask('GET', "/login/invite/$shared->{token}") },
      sub { $_[0]->location =~ m{/invite-request$} } ],
    [ 'one that there is not', 410,
      sub { ask('GET', '/login/invite/' . 'x' x 42 . 'A') } ],
    [ 'the page to register', 200,
      sub { ask('GET', '/login/register',
                { login_link => $invited->{token} }) },
      sub { $_[0]->body =~ /\Q$invited->{who}/ } ],
    [ 'a weak password', 422,
      sub { ask('POST', '/login/register', { login_link => $invited->{token} },
                { password => 'x', password_verify => 'x' }) },
      sub { state_of($invited->{who}) eq 'invited' } ],
    [ 'registering', 303,
      sub { ask('POST', '/login/register', { login_link => $_[0]{token} },
                { new_passwords() }) },
      sub { enters($_[1]{who}) }, \&invited ],
    [ 'the page to be invited', 200,
      sub { ask('GET', '/login/invite-request',
                { login_link => $shared->{token} }) },
      sub { $_[0]->form('username') } ],
    [ 'asking to be invited', 303,
      sub { ask('POST', '/login/invite-request',
                { login_link => $shared->{token} },
                { username => fresh() }) } ],
    [ 'the link to a new password', 303,
      sub { ask('GET', "/login/reset/$reset->{token}") },
      sub { $_[0]->location =~ m{/reset$} } ],
    [ 'the page of a new password', 200,
      sub { ask('GET', '/login/reset', { login_link => $reset->{token} }) },
      sub { $_[0]->form('password') } ],
    [ 'a new password', 303,
      sub { ask('POST', '/login/reset', { login_link => $_[0]{token} },
                { new_passwords() }) },
      sub { enters($kim) }, sub { reset_of($kim) } ],
    [ 'the page of the account', 200,
      sub { ask('GET', '/login/account', { login => $signed }) },
      sub { $_[0]->form('password_current') } ],
    [ 'the wrong password there', 403,
      sub { ask('POST', '/login/account', { login => $signed },
                { new_passwords(), password_current => 'no' }) } ],
    [ 'another password there', 303,
      sub { ask('POST', '/login/account', { login => $_[0] },
                { new_passwords(), password_current => $password }) },
      sub { enters($kim) }, sub { session($kim) }, renewed => 1 ],
    [ 'the page "forgot"', 200, sub { ask('GET', '/login/forgot') },
      sub { $_[0]->form('username') } ],
    [ 'asking for a link', 303,
      sub { ask('POST', '/login/forgot', { }, { username => $ann }) } ],
    [ 'asking for one to nobody', 303,
      sub { ask('POST', '/login/forgot', { }, { username => fresh() }) } ],
);


# first that each of them is what is meant

for my $request (@requests) {
    my ($name, $status, $do, $true, $prepare) = @$request;

    my $with = $prepare ? $prepare->() : undef;
    my $response = $do->($with);

    is $response->status, $status, $name;
    ok $true->($response, $with), "$name: as it should be" if $true;
}

$fault->each_call($t, @$_) for @requests;

is +($t->cli('check'))[0], 0, 'the store is whole';

done_testing;
