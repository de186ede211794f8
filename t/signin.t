#!/usr/bin/perl

# Signing in: the way there and back, who is refused, and what a refusal
# tells.  Cases C01, C03 and C14; forms and csrf are in form.t.

use strict;
use warnings;

use JSON::PP;
use Login::Test;


my $password = 'correct horse battery staple';

my $t = Login::Test->new(accounts => {
    'ann@example.com'  => $password,
    'bob@example.com'  => 'nothing but a plain secret',
    'dan@example.com'  => $password,
});

$t->add_user('Zoë', $password, '--name', 'Zoë Żak');
$t->cli_ok('user', 'add', 'eve@example.com');
$t->cli_ok('user', 'disable', 'dan@example.com');

my $conf = <<'END';
login_hash memory=1m passes=1;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }

    location / {
        add_header X-Args "$args";
        return 200 "$request_uri $login_user";
    }

    location = /open { login off; return 200 "open $login_user"; }
}
END

$t->run($conf);

my $origin = 'http://localhost:' . $t->port;
my $portal = "$origin/login/";


sub sessions {
    my ($user) = @_;

    my $list = decode_json($t->cli_ok('session', 'list', $user, '--json'));

    return scalar @{ ref $list eq 'HASH' ? $list->{sessions} : $list };
}


sub signed_in {
    my ($browser) = @_;

    return $browser->get('/whoami')->status == 200;
}


# --- there and back

{
    my $browser = $t->browser;
    my $link = '/deep/link?a=1&b=%20x%2Fy&c=%C3%A9&return_to=/z';
    my $r = $browser->get($link);

    is $r->status, 302, 'the gate redirects';
    is $r->location, $portal . '?return_to='
        . Login::Browser::escape($link), 'to the portal, with the link in it';

    my $page = $browser->follow($r);

    is $page->status, 200, 'the sign-in page';
    is $page->page, 'signin', 'says which one it is';
    is $page->form('username')->{fields}{return_to}, $link,
        'and keeps the link';
    is $page->alert, undef, 'nothing is wrong yet';

    $r = $browser->submit($page, {
        username => 'ann@example.com', password => $password });

    is $r->status, 303, 'signed in';
    is $r->location, $origin . $link, 'back to exactly that link';
    is $r->body, '', 'no body';

    $r = $browser->follow($r);

    is $r->status, 200, 'which is open now';
    is $r->body, "$link ann\@example.com", 'as asked for, under the name';
}

{
    my $browser = $t->browser;
    my $r = $browser->sign_in('ann@example.com', $password);

    is $r->location, $portal . 'apps', 'without a link: to the apps';

    my $page = $browser->follow($r);

    is $page->status, 200, 'which are there';
    is $page->page, 'apps', 'and say so';
    like $page->body, qr/ann\@example\.com/, 'and who it is';
}


# --- the name

for my $name ('ANN@example.com', 'Ann@EXAMPLE.com', "  ann\@example.com \t",
              "\xc2\xa0ann\@example.com")
{
    my $browser = $t->browser;
    my $r = $browser->sign_in($name, $password);

    is $r->status, 303, "\"$name\" is ann";
    is $browser->get('/open')->body, 'open ann@example.com',
        'under one spelling';
}

{
    my $browser = $t->browser;

    # decomposed and in capitals, as another keyboard writes it
    my $r = $browser->sign_in("ZOE\xcc\x88", $password);

    is $r->status, 303, 'a name beyond ASCII';
    is $browser->get('/open')->body, 'open zoë', 'under one spelling';
}

for my $name ('ann', 'ann@example.com.', 'ann @example.com',
              'ann@example.com,bob@example.com', 'ann+x@example.com',
              'ann@example.co')
{
    is $t->browser->sign_in($name, $password)->status, 403,
        "\"$name\" is nobody";
}

for my $wrong ("$password ", " $password", ucfirst $password,
               substr($password, 0, -1), "$password\n", $password x 2)
{
    is $t->browser->sign_in('ann@example.com', $wrong)->status, 403,
        'each byte of a password counts';
}


# --- C01: a refusal doesn't tell why

{
    my $browser = $t->browser;
    my $page = $browser->get('/login/');
    my %seen;

    # all as long as each other
    my %who = (
        'ann@example.com' => 'a wrong password',
        'xyz@example.com' => 'nobody',
        'dan@example.com' => 'a disabled account',
        'eve@example.com' => 'an account without a password',
        'bob@example.com' => 'the password of somebody else',
        'not a name @#(%' => 'no name at all',
    );

    for my $name (sort keys %who) {
        my $given = $name =~ /^ann/ ? 'anything but this' : $password;
        my $r = $browser->submit($page, {
            username => $name, password => $given });

        is $r->status, 403, "$who{$name}: refused";
        is $r->page, 'signin', 'with the form';
        is $r->form('username')->{fields}{username}, $name,
            'that keeps the name';
        is $r->form('username')->{fields}{password} // '', '',
            'but not the password';
        unlike $r->body, qr/\Q$given\E/, 'nowhere';
        is scalar($r->cookies), 0, 'no cookie';

        my $body = $r->body;
        my $echo = $name =~ s/'/&#39;/gr;

        $body =~ s/value="\Q$echo\E"/value=""/;

        my @headers = grep { !/^Date:/ }
            map { "$_->[0]: $_->[1]" } $r->headers;

        push @{ $seen{ join "\n", $r->status, @headers, '', $body } }, $name;
    }

    is scalar(keys %seen), 1, 'all answers are alike, byte for byte'
        or diag map { "@$_\n" } values %seen;

    like $t->browser->sign_in('dan@example.com', 'wrong')->alert,
        qr/That username and password don't match.*Code L10/,
        'it says what to do, and a code';
}

{
    my $browser = $t->browser;

    ok !signed_in($browser), 'nobody';
    $browser->sign_in('dan@example.com', $password);
    ok !signed_in($browser), 'nobody who is disabled';

    $t->cli_ok('user', 'enable', 'dan@example.com');
    $browser->sign_in('dan@example.com', $password);
    ok signed_in($browser), 'enabled again';

    $t->cli_ok('user', 'disable', 'dan@example.com');
    ok !signed_in($browser), 'and disabled';
}


# --- fields that are missing

for my $fields ({ }, { username => 'ann@example.com' },
                { password => $password },
                { username => '', password => '' },
                { username => '', password => $password },
                { username => 'ann@example.com', password => '' })
{
    my $browser = $t->browser;
    my $page = $browser->get('/login/?return_to=/x%3Fy');
    my $csrf = $page->csrf;
    my $r = $browser->post('/login/', {
        csrf => $csrf, return_to => '/x?y', %$fields });

    is $r->status, 422, 'something is missing';
    is $r->page, 'signin', 'the form comes again';
    like $r->alert, qr/missing/, 'and says so';

    my $form = $r->form('username');

    is $form->{fields}{return_to}, '/x?y', 'it knows where to go';
    is $form->{fields}{username} // '', $fields->{username} // '',
        'and who it is';
}


# --- the way back survives a mistake; so does the box

{
    my $browser = $t->browser;
    my $page = $browser->get('/some/where?q=%22quoted%22', follow => 1);

    $page = $browser->submit($page, {
        username => 'ann@example.com', password => 'wrong', shared => 1 });

    is $page->status, 403, 'wrong';
    ok exists $page->form('username')->{fields}{shared}, 'still shared';

    my $r = $browser->submit($page, {
        username => 'ann@example.com', password => $password });

    is $r->location, "$origin/some/where?q=%22quoted%22",
        'still on the way';
    is $r->cookie('login')->{attributes}{'max-age'}, undef,
        'on a shared computer the cookie goes with the browser';
    is $r->cookie('login_browser')->{attributes}{'max-age'}, undef,
        'that of the browser too';
}


# --- links don't fill in the form

{
    my $page = $t->browser->get('/login/?username=ann%40example.com'
                                . '&password=pw&shared=1&code=L10&name=x');

    my $fields = $page->form('username')->{fields};

    is $fields->{username} // '', '', 'no name from the address';
    is $fields->{password} // '', '', 'no password';
    ok !exists $fields->{shared}, 'no tick';
    is $page->alert, undef, 'no message';
}


# --- signed in already

{
    my $browser = $t->browser;

    $browser->sign_in('ann@example.com', $password);

    my $first = $browser->cookie('login');
    my $before = sessions('ann@example.com');
    my $r = $browser->get('/login/');

    is $r->status, 303, 'signed in already: no form';
    is $r->location, $portal . 'apps', 'but the apps';

    $r = $browser->get('/login/?return_to=/x%3Fa%3D1');
    is $r->location, "$origin/x?a=1", 'or where the link leads';

    $r = $browser->get('/login/?switch=0&need=nothing');
    is $r->status, 303, 'only known wishes count';

    $r = $browser->post('/login/', { return_to => '/y', username => 'x' });
    is $r->status, 303, 'a form that was open in another tab';
    is $r->location, "$origin/y", 'leads there, too';
    is sessions('ann@example.com'), $before, 'and makes no session';

    # another account

    my $page = $browser->get('/login/?switch=1&return_to=/z');

    is $page->status, 200, 'the form to switch';
    is $page->form('username')->{fields}{switch}, '1', 'keeps the wish';
    is $page->form('username')->{fields}{username} // '', '',
        'but not the name';
    like $page->body, qr/signed in already/, 'and says so';

    $r = $browser->submit($page, {
        username => 'bob@example.com', password => $password });
    is $r->status, 403, 'wrong password of the other one';
    is $r->form('username')->{fields}{switch}, '1', 'still to switch';
    is $browser->get('/open')->body, 'open ann@example.com',
        'nothing has changed';

    $r = $browser->submit($r, {
        username => 'bob@example.com',
        password => 'nothing but a plain secret' });
    is $r->status, 303, 'switched';
    is $r->location, "$origin/z", 'and there';
    is $browser->get('/open')->body, 'open bob@example.com',
        'as the other one';

    my $old = $t->browser;
    $old->cookie('login', $first);
    ok !signed_in($old), 'the session before has ended';

    # the same account once more, since the page wants it

    my $second = $browser->cookie('login');

    $page = $browser->get('/login/?need=login&return_to=/n');
    is $page->status, 200, 'the form to sign in again';
    is $page->form('username')->{fields}{need}, 'login', 'keeps the need';

    $r = $browser->submit($page, {
        username => 'bob@example.com',
        password => 'nothing but a plain secret' });
    is $r->location, "$origin/n", 'and leads on';
    isnt $browser->cookie('login'), $second, 'by another session';

    $old->cookie('login', $second);
    ok !signed_in($old), 'in place of the one before';
}


# --- a form that was left open

{
    my $browser = $t->browser;
    my $page = $browser->get('/open-for-a-day?x=1', follow => 1);

    ok $t->reload, 'reload';

    my $r = $browser->clone->submit($page, {
        username => 'ann@example.com', password => $password });
    is $r->status, 303, 'the form works after a reload';

    is $t->stop, 0, 'stop';
    ok $t->start, 'start';

    $r = $browser->submit($page, {
        username => 'ann@example.com', password => $password });
    is $r->status, 303, 'and after a restart';
    is $r->location, "$origin/open-for-a-day?x=1", 'to where it was for';
    ok signed_in($browser), 'signed in';

    # two tabs, two forms, one browser

    $browser = $t->browser;

    my $one = $browser->get('/login/?return_to=/one');
    my $two = $browser->get('/login/?return_to=/two');

    $r = $browser->submit($two, {
        username => 'ann@example.com', password => 'wrong' });
    is $r->status, 403, 'the second form';
    $r = $browser->submit($one, {
        username => 'ann@example.com', password => $password });
    is $r->location, "$origin/one", 'and the first';
}


# --- methods and addresses

{
    my $browser = $t->browser;
    my $r = $browser->head('/login/');

    is $r->status, 200, 'HEAD of the sign-in page';
    is $r->header('Content-Length'),
        length $browser->get('/login/')->body, 'as long as its page';

    for my $path ('', 'logout') {
        for my $method (qw(PUT DELETE OPTIONS PATCH PROPFIND FOO)) {
            $r = $browser->request($method, "/login/$path");

            is $r->status, 405, "$method of \"$path\"";
            is $r->header('Allow'), 'GET, HEAD, POST', 'says what is';
            is $r->page, 'error', 'on a page';
            like $r->alert, qr/Code L15/, 'with a code';
        }
    }

    my ($asset) = $browser->get('/login/')->body
        =~ m{href="/login/(assets/[^"]+)"};

    for my $path ('apps', 'session', $asset) {
        for my $method (qw(POST PUT DELETE OPTIONS)) {
            $r = $browser->request($method, "/login/$path", body => 'a=b');

            is $r->status, 405, "$method of \"$path\"";
            is $r->header('Allow'), 'GET, HEAD', 'says what is';
        }
    }

    for my $path ('x', 'apps/', 'signin', 'Apps', 'logout/x', 'assets',
                  'assets/', 'assets/x', 'assets/../x', 'logout%00',
                  'apps;a', '%2e', 'assets/login.css', "$asset/", "$asset.gz",
                  'session.json', 'index.html')
    {
        $r = $browser->get("/login/$path");

        my $wanted = $path =~ /%00/ ? 400 : $path eq '%2e' ? 200 : 404;

        is $r->status, $wanted, "GET of \"$path\"";
        is $r->page, 'not-found', 'the page says so' if $wanted == 404;

        next if $wanted != 404;

        is $browser->post("/login/$path", { a => 'b' })->status,
            $path =~ m{^assets/[^.]} ? 405 : 404, 'POST as well';
    }

    $r = $browser->get('/login?return_to=/x%3Fy');
    is $r->status, 301, 'without the slash';
    is $r->location, $portal . '?return_to=/x%3Fy', 'it is added';

    $r = $browser->get('/login', headers => { Host => 'evil.example' });
    is $r->location, $portal, 'from the configuration alone';

    is $browser->get('/Login/')->status, 302, 'case matters';
}


# --- C14: no other way in

for my $pair ("ann\@example.com:$password", 'admin:admin', ':', 'ann') {
    require MIME::Base64;

    my $basic = 'Basic ' . MIME::Base64::encode_base64($pair, '');
    my $browser = $t->browser(headers => { Authorization => $basic });

    is $browser->get('/x')->status, 302, 'Basic opens nothing';
    is $browser->get('/login/')->status, 200, 'neither the portal';
    is $browser->fetch('/login/session')->status, 401, 'nor a session';
    is $browser->get('/open')->body, 'open ', 'it names nobody';

    my $page = $browser->get('/login/');
    is $browser->submit($page, { username => 'ann@example.com' })->status,
        422, 'and replaces no password';
}

for my $name (qw(admin root administrator user guest default nginx login)) {
    for my $guess ($name, '', 'password', 'admin') {
        my $r = $t->browser->sign_in($name, $guess);

        ok $r->status == 403 || $r->status == 422, "no account \"$name\"";
    }
}

for my $path (qw(register invite setup user users admin api)) {
    my $r = $t->browser->post("/login/$path",
        { username => 'mallory', password => $password });

    is $r->status, $path eq 'register' ? 403 : 404, "no \"$path\" to post to";
}

is scalar(grep { /mallory/ } $t->cli_ok('user', 'list')), 0,
    'nobody was added';


# --- C03: hashes of other costs

{
    my $hash = sub {
        my ($m, $p) = @_;
        return $t->read_file($t->store . '/data.mdb')
            =~ /\$argon2id\$v=19\$m=$m,t=$p,p=1\$/;
    };

    ok wait_for(sub { $hash->(1024, 1) }), 'hashes are of the cost set';
    ok !$hash->(2048, 2), 'and of no other';

    my $old = $t->browser;
    $old->sign_in('ann@example.com', $password);

    $t->reload($conf =~ s/memory=1m passes=1/memory=2m passes=2/r);

    my $browser = $t->browser;

    is $browser->sign_in('ann@example.com', 'wrong')->status, 403,
        'a wrong password';
    ok !$hash->(2048, 2), 'changes nothing';
    is $browser->sign_in('ann@example.com', $password)->status, 303,
        'the right one of a cheap hash';
    ok wait_for(sub { $hash->(2048, 2) }), 'is hashed anew';
    ok signed_in($browser), 'signed in';
    ok signed_in($old), 'other sessions stay';

    my $again = $t->browser;

    is $again->sign_in('ann@example.com', $password)->status, 303,
        'and in again by the new hash';
    is $again->sign_in('ann@example.com', "$password ", '/login/?switch=1')
        ->status, 403, 'which is of the same password';
}


# --- nobody reads along

for my $log ($t->error_log, $t->access_log, $t->read_file('stderr.log')) {
    unlike $log, qr/\Q$password\E|nothing but a plain secret/,
        'no password in a log';
    unlike $log, qr/correct(?:\+|%20)horse/, 'in no form';
}

done_testing();
