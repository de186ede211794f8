#!/usr/bin/perl

# Registering by an invitation: the link, the page, what is asked of a
# password, one account for one link, and what becomes of links that are
# worth nothing.  Cases E01, E03, E04, E08, E10, C08, C11, C13, F03, F04.

use strict;
use warnings;

use JSON::PP;
use Login::Test;


my $good = 'correct horse battery staple';

my $now = time;
my $t = Login::Test->new(clock => $now, workers => 4);

my $list = $t->write_file('list.txt', "one that many people like\n");

my $conf = <<"END";
login_hash memory=1m passes=1;
login_password blocklist=$list;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "\$login_user \$login_name \$login_roles"; }
}
END

$t->run($conf);

my $origin = 'http://localhost:' . $t->port;
my $portal = "$origin/login/";

Login::Test::wait_for(sub { ($t->cli('gates'))[0] == 0 });


sub invite {
    my ($who, @more) = @_;

    my $out = $t->cli_ok('invite', $who, @more);

    chomp $out;

    return $out;
}


sub show { decode_json($t->cli_ok('--json', 'user', 'show', $_[0])) }

sub fields {
    my ($password, %more) = @_;
    return { name => 'Ann', password => $password,
             password_verify => $password, %more };
}

sub opened {
    my ($url, $browser) = @_;

    $browser //= $t->browser;

    return ($browser, $browser->get($url, follow => 1));
}


# --- there

invite('ann@example.com');
$t->cli_ok('user', 'set', 'ann@example.com', '--email',
           'krakatoa.mole@example.org');

my $link = invite('ann@example.com', '--name', 'Ann Boleyn', '--role',
                  'staff');

my ($token) = $link =~ m{([^/]+)\z};

is index($link, "${portal}invite/"), 0, 'the link is the portal\'s';

{
    my $browser = $t->browser;

    for (1 .. 10) {
        is $t->browser->head($link)->status, 303, 'HEAD';
        is $t->browser->get($link)->status, 303, 'GET';
    }

    my $r = $browser->get($link);

    is $r->status, 303, 'leads on';
    is $r->location, "${portal}register", 'to an address without the token';
    like $r->header('Set-Cookie'),
        qr{^login_link=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax$},
        'which is in a cookie';
    is $r->header('Referrer-Policy'), 'same-origin', 'and not handed on';

    my $page = $browser->follow($r);

    is $page->status, 200, 'the page';
    is $page->page, 'register', 'says which one it is';
    like $page->body, qr/name="username"[^>]*value="ann\@example.com"[^>]*
        autocomplete="username"[^>]*readonly/x, 'the username, to keep';
    like $page->body, qr/id="name"[^>]*value="Ann Boleyn"/, 'the name';
    like $page->body, qr/id="$_"[^>]*autocomplete="new-password"/, $_
        for 'password', 'password_verify';
    like $page->body, qr/passwordrules="minlength: 15; maxlength: 400;"/,
        'rules for password managers';
    unlike $page->body, qr/\Q$token/, 'no token in it';
    is $browser->get('/login/assets/login.js')->header('Content-Type'),
        'text/javascript; charset=utf-8', 'the script';

    # and back: with what helps

    my @weak = (
        [ 'short', 'short one', qr/at least 6 characters/ ],
        [ 'long', 'ab ' x 134, qr/longer than 400/ ],
        [ 'common', 'passwordpassword', qr/words that are tried first/ ],
        [ 'her own', 'ann.boleyn@example.com', qr/from your name/ ],
        [ 'her address', 'krakatoa.2026.mole', qr/from your name/ ],
        [ 'the host', 'localhost ann localhost', qr/from your name/ ],
        [ 'listed', 'One that many people like', qr/on a list/ ],
        [ 'keys', 'qwertyuiopasdfghjkl', qr/row of keys|tried first/ ],
        [ 'control', "correct horse\tbattery", qr/be typed/ ],
    );

    for (@weak) {
        my ($what, $password, $why) = @$_;
        my $r = $browser->submit($page, fields($password, name => 'Anna B'));

        is $r->status, 422, "$what: refused";
        is $r->page, 'register', "$what: the page again";
        like $r->body, qr/role="alert".*?$why.*?L33/s, "$what: says why";
        like $r->body, qr/id="name"[^>]*value="Anna B"/, "$what: name kept";
        like $r->alert, qr/L33$/, "$what: all of it in one element";
        unlike $r->alert, qr/too short/, "$what: nothing else"
            unless $what eq 'short';
        unlike $r->body, qr/\Q$password/i, "$what: not the password"
            unless $what eq 'her own';
    }

    my $r2 = $browser->submit($page, fields($good,
                                            password_verify => "$good."));
    is $r2->status, 422, 'another one the second time';
    like $r2->body, qr/the same.*L31/s, 'says so';
    is $browser->submit($page, fields(''))->status, 422, 'none';
    is $browser->submit($page, fields($good, name => 'x' x 401))->status, 422,
        'a name too long';
    is $browser->submit($page, fields($good, name => "a\x01b"))->status, 422,
        'and one with control characters';

    is show('ann@example.com')->{invited}, JSON::PP::true, 'still invited';

    # who is not from here

    is $t->browser->submit($page, fields($good))->status, 403, 'no cookies';
    is $browser->submit($page, fields($good, csrf => 'x'))->status, 403,
        'csrf';
    is $browser->submit($page, fields($good), headers => {
        'Sec-Fetch-Site' => 'cross-site' })->status, 403, 'another site';
    is $browser->submit($page, fields($good), headers => {
        Origin => 'null' })->status, 403, 'no origin';
    is $browser->post("${portal}register", 'password=x&password=y')->status,
        400, 'a field twice';
    is show('ann@example.com')->{invited}, JSON::PP::true, 'nothing happened';

    # what a form may not change

    my $done = $browser->submit($page, fields($good, name => 'Ann B <b>',
        username => 'eve', role => 'admin', roles => 'admin', org => 'x',
        invited => 1));

    is $done->status, 303, 'registered';
    is $done->location, "${portal}apps", 'on to the apps';
    like join("\n", map { ref ? @$_ : $_ } $done->headers('Set-Cookie')),
        qr/^login_link=; .*Max-Age=0/m, 'the token is forgotten';
    is $browser->get('/x')->body, 'ann@example.com Ann B <b> staff',
        'signed in';
    like $browser->get('/login/apps')->body, qr/Ann B &lt;b&gt;/, 'escaped';

    my $ann = show('ann@example.com');
    is $ann->{invited}, JSON::PP::false, 'not invited any more';
    is $ann->{password}, JSON::PP::true, 'with a password';
    is_deeply $ann->{roles}, [ 'staff' ], 'roles of the administrator';

    is $t->browser->sign_in('ann@example.com', $good)->status, 303,
        'signs in with it';

    # the form again, and the way back to it

    my $again = $browser->submit($page, fields($good));
    is $again->status, 303, 'sent again, signed in';
    is $again->location, "${portal}apps", 'leads where it led';
    is $browser->submit($page, fields($good, csrf => 'x'))->status, 403,
        'but not from elsewhere';
    $again = $browser->get('/login/register');
    is $again->status, 303, 'back to the page';
    is $again->location, "${portal}apps", 'the same';

    # a second time

    $again = $browser->get($link);
    is $again->status, 303, 'the link again, signed in';
    is $again->location, "${portal}apps", 'leads to the apps';

    my $stranger = $t->browser;
    $again = $stranger->get($link);
    is $again->status, 410, 'signed out: gone';
    is $again->page, 'invalid-link', 'its page';
    like $again->body, qr/name="username"[^>]*value="ann\@example.com"/,
        'a door, with the name filled in';
    is $stranger->submit($again, { password => $good })->status, 303,
        'that opens';

}


# --- looks like nobody from outside

{
    my $link = invite('bob@example.com');
    my ($browser, $page) = map { $_->get('/login/') } $t->browser;
    my $one = $t->browser->sign_in('bob@example.com', $good);
    my $two = $t->browser->sign_in('no@example.com', $good);

    is $one->status, 403, 'an invited one cannot sign in';
    (my $body = $one->body) =~ s/bob\@/no\@/g;
    $body =~ s/name="csrf" value="[^"]*"//g;
    (my $other = $two->body) =~ s/name="csrf" value="[^"]*"//g;
    is $body, $other, 'as one who is not there';
}


# --- worth nothing

{
    for ('', 'x', substr($token, 1), "${token}A", "$token/", uc $token,
         'A' x 43, '%00', "$token%0d%0aX-Y:z")
    {
        my $r = $t->browser->get("${portal}invite/$_");
        like $r->status, qr/^(?:410|404|400)$/, "token $_: refused";
        ok !defined $r->header('X-Y'), 'no header of its own';
        unlike join('', map { ref ? @$_ : $_ } $r->headers('Set-Cookie')),
            qr/login_link=[^;]/,
            'and no cookie';
    }

    my $r = $t->browser->get("${portal}invite/" . 'A' x 43);
    is $r->status, 410, 'an unknown one is gone';
    is $r->page, 'invalid-link', 'its page';
    like $r->body, qr/ask who sent you/, 'what to do';
    is $t->browser->get('/login/register')->status, 410, 'no link at all';
    is $t->browser->post('/login/register', fields($good))->status, 403,
        'nor a form';

    for my $method (qw(PUT DELETE)) {
        is $t->browser->request($method, $link)->status, 405, $method;
    }
}

$t->cli_ok('check');

for my $way ('again', 'revoke', 'remove', 'disable', 'password', 'rename',
             'address', 'expiry')
{
    my $who = "carl-$way\@example.com";
    my $link = invite($who, '--expires', '1h');
    my ($browser, $page) = opened($link);

    is $page->page, 'register', "$way: open";

    invite($who)                            if $way eq 'again';
    $t->cli_ok('invite', 'revoke', $who)    if $way eq 'revoke';
    $t->cli_ok('user', 'remove', $who)      if $way eq 'remove';
    $t->cli_ok('user', 'disable', $who)     if $way eq 'disable';
    $t->cli_ok('user', 'rename', $who, "x$who") if $way eq 'rename';
    $t->cli_ok('user', 'set', $who, '--email', "x$who") if $way eq 'address';
    $t->set_clock($now + 4000)              if $way eq 'expiry';
    $t->cli_ok({ stdin => "$good\n" }, 'user', 'password', $who, '--stdin')
        if $way eq 'password';

    is $browser->submit($page, fields($good))->status, 410, "$way: at post";
    is $t->browser->get($link)->status, 410, "$way: opened anew";
    is $browser->get('/x')->status, 302, "$way: not signed in";
}

# --- many browsers at once

for my $round (1 .. 3) {
    my $who = "dan$round\@example.com";
    my $link = invite($who);
    my ($browser, $page) = opened($link);
    my ($form) = $page->forms;

    my $body = Login::Browser::encode({ %{ $form->{fields} },
        %{ fields($good) } });
    my $url = $browser->resolve("${portal}register");
    my $cookie = $browser->cookie_header($url);

    my @connections = map { $t->connection } 1 .. 20;

    $_->send("POST /login/register HTTP/1.1\r\n"
        . 'Host: localhost:' . $t->port . "\r\nCookie: $cookie\r\n"
        . "Content-Type: application/x-www-form-urlencoded\r\n"
        . 'Content-Length: ' . length($body) . "\r\n\r\n") for @connections;
    $_->send($body) for @connections;

    my %answers;
    $answers{ $_->response->status }++ for @connections;

    is $answers{303}, 1, "round $round: one is in";
    is $answers{410}, 19, 'all others are told so';
    is scalar @{ decode_json($t->cli_ok('--json', 'session', 'list', $who)) },
        1, 'one session';
}


# --- another Host does not change the link, and nothing of it is logged

{
    my $link = invite('fred@example.com');
    my ($token) = $link =~ m{([^/]+)$};

    for my $host ('evil.example', 'localhost:1', 'localhost') {
        my $r = $t->browser->get($link, headers => { Host => $host,
            'X-Forwarded-Host' => 'evil.example' });
        is $r->location, "${portal}register", "Host $host";
    }

    $t->browser->get("$link?return_to=%2Fx&a=1");

    # nginx's own debugging shows every byte that comes

    my $logs = join "\n", $t->access_log,
        grep { !/\[debug\]/ } split /\n/, $t->error_log =~ s/\n(?!\d{4}\/)//gr;

    unlike $logs, qr/\Q$token/, 'no token in a log';
    like $t->access_log, qr{"GET /login/invite/x+ HTTP/1.1" 303}, 'x in place';
    unlike $t->read_file('store/data.mdb'), qr/\Q$token/, 'nor in the store';
}


# --- the rules of nginx on the command line

{
    my ($status, $out, $err) = $t->cli(
        { stdin => "one that MANY people like\n" }, 'user', 'add', 'x',
        '--password-stdin');

    is $status, 1, 'refused as on the page';
    like $err, qr/on the list/, 'for the same reason';

    $t->reload($conf =~ s/login_password [^;]*/login_password min=4 score=0/r);

    ok Login::Test::wait_for(sub {
        ($t->cli({ stdin => "abcd\n" }, 'user', 'add', 'x',
                 '--password-stdin'))[0] == 0;
    }), 'after a reload, with others';

    my ($browser, $page) = opened(invite('y'));
    like $page->body, qr/At least 4 characters/, 'on the page, too';
    is $browser->submit($page, fields('abc'))->status, 422, 'three';
    is $browser->submit($page, fields('abcd'))->status, 303, 'four';
}

# --- the browser is one of the owner's from then on

my $limited = Login::Test->new(limit => 'login_limit attempts=2;');

$limited->run($conf);

Login::Test::wait_for(sub { ($limited->cli('gates'))[0] == 0 });

{
    chomp(my $link = $limited->cli_ok('invite', 'ann'));
    my $browser = $limited->browser;
    my $page = $browser->get($link, follow => 1);

    is $browser->submit($page, fields($good))->status, 303, 'registered';
    $browser->sign_out;

    my $other = $limited->browser;
    $other->sign_in('ann', 'wrong') for 1 .. 3;

    is $other->sign_in('ann', $good)->status, 429, 'locked by others';
    is $browser->sign_in('ann', $good)->status, 303, 'not in her browser';
}

done_testing;
