#!/usr/bin/perl

# A new password by a link: cases E01 to E04, E08 and E10, C13 and B08 as far
# as they are of resets.  The links are made by hand here; who gets one by
# mail is in forgot.t.

use strict;
use warnings;

use JSON::PP;
use Login::Test;


my $ann = 'ann@example.com';
my $bob = 'bob@example.com';
my $first = 'correct horse battery staple';
my $second = 'another horse, another battery';

my $t = Login::Test->new(
    accounts => { $ann => $first, $bob => 'a plain secret of bob' },
    workers  => 4,
    log      => 'info',     # what is for debugging has all in it
    clock    => time,
    http     => <<'END');
    login_hash memory=1m passes=1;
    log_format all '$request|$request_uri|$uri|$args|$http_referer|$is_args';
    access_log %%DIR%%/all.log all;
END

$t->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT_h2%% http2;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "in: $login_user $http_cookie"; }
}

# another name, which no link may lead to; what is no portal logs as it likes

server {
    listen 127.0.0.1:%%PORT%%;
    server_name evil.example;
    login_portal_url http://localhost:%%PORT%%/login/;
    access_log off;

    location / { return 200 "evil"; }
}
END

my $now = $t->{clock};
my $origin = 'http://localhost:' . $t->port;
my $portal = "$origin/login/";
my $account = json('user', 'show', $ann)->{id};
my @tokens;


sub json { return decode_json($t->cli_ok('--json', @_)) }

sub link_of {
    my ($who) = @_;

    my $url = $t->cli_ok('user', 'password', $who // $ann, '--link');

    $url =~ m{^\Q$portal\Ereset/([\w-]{43})\n\z} or die "no link: $url";
    push @tokens, $1;

    return "${portal}reset/$1";
}

sub enters {
    my ($password, $who) = @_;

    return $t->browser->sign_in($who // $ann, $password)->status == 303;
}

sub signed_in { return $_[0]->get('/')->status == 200 }

sub set {
    my ($browser, $page, $password, $verify) = @_;

    return $browser->submit($page, { password => $password,
        password_verify => $verify // $password });
}

# Sets the password as it was; counts as a use of a link.

sub restore {
    my $browser = $t->browser;

    is set($browser, $browser->get(link_of(), follow => 1), $first)->status,
        303, 'the first password again';
}


# --- the way of a link

{
    my @others = map { my $b = $t->browser; $b->sign_in($ann, $first); $b }
        1 .. 2;
    my $url = link_of();
    my $browser = $t->browser;
    my $r = $browser->get($url);

    is $r->status, 303, 'the link';
    is $r->location, "${portal}reset", 'leads to a clean address';
    is $r->header('Referrer-Policy'), 'same-origin', 'which tells nobody';
    like $r->header('Cache-Control'), qr/no-store/, 'and is kept nowhere';

    my ($cookie) = grep { $_->{name} eq 'login_link' } $r->cookies;
    ok exists $cookie->{attributes}{httponly}, 'its cookie is for nobody else';
    ok !defined $cookie->{attributes}{'max-age'}, 'nor for long';

    my $page = $browser->follow($r);

    is $page->status, 200, 'the page';
    is $page->page, 'reset', 'says which one it is';
    is $page->form('password')->{fields}{username}, $ann, 'and for whom';
    is $page->alert, undef, 'nothing is wrong';
    unlike $page->body, qr/\Q$tokens[-1]\E/, 'the token is not in it';

    ok enters($first), 'nothing has happened so far';
    ok signed_in($_), 'everybody is signed in' for @others;

    $r = set($browser, $page, 'short');

    is $r->status, 422, 'a weak password';
    is $r->page, 'reset', 'the page again';
    like $r->body, qr/Code L33/, 'says so';

    $r = set($browser, $r, $second, 'something else');

    is $r->status, 422, 'two that differ';
    like $r->alert, qr/L31/, 'says so';
    is set($browser, $r, '')->status, 422, 'none at all';

    $r = set($browser, $r, $second);

    is $r->status, 303, 'a good one';
    like $r->location, qr/^\Q$portal\E\?done=[\w-]+$/, 'leads to the sign-in';
    is $browser->cookie('login_link'), undef, 'and the link is forgotten';
    is $browser->cookie('login'), undef, 'without a session';
    ok !signed_in($_), 'all sessions end (B08)' for @others;
    ok !enters($first), 'the old password is none';

    $page = $browser->follow($r);

    is $page->page, 'signin', 'the sign-in page';
    like $page->body, qr/Your password has been changed/, 'says what was done';
    is $page->form('username')->{fields}{username}, $ann,
        'and has the name filled in';
    is $browser->submit($page, { username => $ann, password => $second })
        ->status, 303, 'the new one is right';

    my $other = $t->browser->get($r->location);
    unlike $other->body, qr/has been changed|\Q$ann\E/,
        'which nobody else is told';

    # a second use

    for my $b ($browser, $t->browser) {
        my $r = $b->get($url);

        is $r->status, 410, 'a second time';
        is $r->page, 'invalid-link', 'it is none';
        like $r->alert, qr/L32/, 'with a code';
        is $b->cookie('login_link'), undef, 'and is not kept';
    }

    restore();
}


# --- scanners of mail follow links, and send no forms (E08)

{
    my $url = link_of();

    for (1 .. 10) {
        my $scanner = $t->browser;

        is $scanner->head($url)->status, 303, 'HEAD';
        is $scanner->get($url, follow => 1)->page, 'reset', 'GET';
        is $scanner->request($_, $url)->status, 405, $_
            for qw(POST PUT DELETE OPTIONS);
    }

    my $browser = $t->browser;
    is set($browser, $browser->get($url, follow => 1), $second)->status, 303,
        'the person comes after them';

    restore();
}


# --- where links lead (E01)

{
    for my $host ('evil.example', 'localhost:1', 'evil.example:80') {
        my $r = $t->browser->get(link_of(), headers => {
            Host => $host, 'X-Forwarded-Host' => 'evil.example',
            'X-Forwarded-Proto' => 'https', Forwarded => 'host=evil.example',
        });

        is $r->location // "${portal}reset", "${portal}reset",
            "with the host \"$host\", to nowhere else";
    }

    my ($status, $out, $err) = $t->cli('user', 'password', $ann, '--link',
        '--portal', 'https://login.example.com/in/');
    like $out, qr{^https://login\.example\.com/in/reset/[\w-]{43}\n\z},
        'a portal that is named';

    for my $url ('login.example.com/', 'ftp://x/', 'https://x/?a=',
                 'https://x', "https://x/\nhttps://y/")
    {
        ($status, $out, $err) = $t->cli('user', 'password', $ann, '--link',
            '--portal', $url);
        isnt $status, 0, 'no portal';
        is $out, '', 'no link';
    }

    is +($t->cli('user', 'password', $ann, '--link', '--stdin'))[0], 2,
        'a link or a password, not both';
    is +($t->cli('user', 'password', $ann, '--stdin', '--portal', 'x'))[0], 2,
        'a portal goes with a link';
    is +($t->cli('user', 'password', 'nobody', '--link'))[0], 1, 'for nobody';

    my $json = json('user', 'password', $ann, '--link');
    is $json->{username}, $ann, 'in JSON: whose';
    like $json->{url}, qr{^\Q$portal\Ereset/[\w-]{43}$}, 'the link';
}


# --- what ends a link (E04)

sub is_dead {
    my ($url, $name, $open) = @_;

    my ($browser, $page) = $open ? @$open : ();

    my $r = $t->browser->get($url, follow => 1);
    is $r->status, 410, "$name: no page any more";
    is $r->page, 'invalid-link', 'it says so';

    return unless $page;

    $r = set($browser, $page, $second);
    is $r->status, 410, "$name: nor for a form that was open";
    is $r->page, 'invalid-link', 'it says so';
    ok !enters($second), 'and nothing is changed';
}

sub opened {
    my ($url) = @_;

    my $browser = $t->browser;
    my $page = $browser->get($url, follow => 1);
    is $page->page, 'reset', 'open';

    return [ $browser, $page ];
}

{
    my $url = link_of();
    my $open = opened($url);

    link_of();
    is_dead($url, 'a newer one', $open);
}

for my $case (
    [ 'another password', sub { $t->cli_ok({ stdin => "$first\n" },
        'user', 'password', $ann, '--stdin') }, sub { } ],
    [ 'a disabled account', sub { $t->cli_ok('user', 'disable', $ann) },
      sub { $t->cli_ok('user', 'enable', $ann) } ],
    [ 'another address', sub { $t->cli_ok('user', 'set', $ann, '--email',
        'other@example.com') },
      sub { $t->cli_ok('user', 'set', $ann, '--email', $ann) } ],
    [ 'a new name', sub { $t->cli_ok('user', 'rename', $ann, 'eve') },
      sub { $t->cli_ok('user', 'rename', 'eve', $ann) } ],
    [ 'all sessions ended', sub { $t->cli_ok('session', 'revoke', $ann) },
      sub { } ],
) {
    my ($name, $do, $undo) = @$case;
    my $url = link_of();
    my $open = opened($url);

    $do->();
    is_dead($url, $name, $open);
    $undo->();
    is_dead($url, "$name, and back");
}

is +($t->cli('user', 'disable', $bob))[0], 0, 'bob is disabled';
is +($t->cli('user', 'password', $bob, '--link'))[0], 1, 'and gets no link';
$t->cli_ok('user', 'enable', $bob);

{
    my $browser = $t->browser;
    my $url = link_of();
    my $open = opened($url);

    $browser->sign_in($ann, $first);
    my $page = $browser->get('/login/account');
    is $browser->submit($page, { password_current => $first,
        password => $second, password_verify => $second })->status, 303,
        'a change by the owner';
    my $r = set(@$open, 'yet another horse and battery');
    is $r->status, 410, 'ends it as well';
    ok enters($second), 'the owner\'s password stays';
    restore();
}

{
    my $url = link_of();
    my $open = opened($url);

    # the command line has a clock of its own: ours is set back to it

    my $expires = json('user', 'password', $ann, '--link');
    ok $expires->{expires} > time + 1700, 'the link has half an hour';

    my $late = opened($expires->{url});

    $t->set_clock($expires->{expires} - 1);
    wait_for(sub { $t->browser->get($expires->{url}, follow => 1)->page
                   eq 'reset' });
    is $t->browser->get($expires->{url}, follow => 1)->page, 'reset',
        'a second before';
    $t->set_clock($expires->{expires});
    wait_for(sub { $t->browser->get($expires->{url}, follow => 1)->status
                   == 410 });
    is_dead($expires->{url}, 'half an hour', $late);
    $t->set_clock($now);
    wait_for(sub { $t->browser->get(link_of(), follow => 1)->status == 200 });
}


# --- tokens that are none

{
    my $url = link_of();
    my ($token) = $url =~ m{([\w-]+)$};
    my %bad = (
        'altered'   => ($token =~ s/^(.)/$1 eq 'A' ? 'B' : 'A'/er),
        'cut'       => substr($token, 0, 42),
        'longer'    => "${token}A",
        'nothing'   => '',
        'a path'    => "$token/x",
        'dots'      => "../reset",
        'CR LF'     => "$token%0d%0aSet-Cookie:%20a=b",
        'script'    => '%3Cscript%3Ealert(1)%3C/script%3E',
        'long'      => 'A' x 4000,
    );
    for my $name (sort keys %bad) {
        my $r = $t->browser->get("${portal}reset/$bad{$name}", follow => 1);

        like $r->status, qr/^4(?:10|04)$/, "$name: refused";
        is scalar(grep { $_->{name} eq 'a' } $r->cookies), 0, 'no new header';
        unlike $r->body, qr/<script>alert/, 'nothing of it on the page';
    }

    # another tab has one that is good

    {
        my $browser = $t->browser;
        my $page = $browser->get($url, follow => 1);

        is $browser->get("${portal}reset/$bad{altered}")->status, 410,
            'one that is none';
        is set($browser, $page, 'short')->status, 422,
            'leaves the other tab\'s';
    }

    # what is in the cookie is as good as what is in the address

    for my $value ('', 'x', 'A' x 43, $token . 'A', 'A' x 3000) {
        my $browser = $t->browser;
        my $page = $browser->get($url, follow => 1);

        $browser->cookie('login_link', $value);
        is $browser->get('/login/reset')->status, 410, 'a cookie of none';
        $browser->cookie('login_link', $value);
        is set($browser, $page, $second)->status, 410, 'nor for the form';
    }

    is $t->browser->get('/login/reset')->status, 410, 'without any';
    ok enters($first), 'nothing was changed';
}


# --- forms from elsewhere (C13)

{
    my $browser = $t->browser;
    my $page = $browser->get(link_of(), follow => 1);
    my %fields = (%{ $page->form('password')->{fields} },
        password => $second, password_verify => $second);

    is $browser->clone->post('/login/reset', { %fields, csrf => 'x' })
        ->status, 403, 'without csrf';
    is $browser->clone->post('/login/reset', \%fields, headers => $_)
        ->status, 403, 'from elsewhere'
        for { 'Sec-Fetch-Site' => 'cross-site' }, { Origin => 'null' },
            { Origin => 'http://evil.example' };
    is $browser->clone->post('/login/reset', [ %fields, password => 'x' ])
        ->status, 400, 'a field twice';
    is $t->browser->post('/login/reset', \%fields)->status, 403,
        'from another browser, without the link';
    is $browser->post('/login/reset?' . Login::Browser::encode(\%fields),
        { csrf => $fields{csrf} })->status, 422, 'the query is not read';
    ok enters($first), 'nothing was changed';
}


# --- in the browser of somebody else

{
    my $browser = $t->browser;
    $browser->sign_in($bob, 'a plain secret of bob');

    my $r = set($browser, $browser->get(link_of(), follow => 1), $second);

    like $r->location, qr/^\Q$portal\E\?switch=1&done=/, 'to the sign-in';
    is $browser->get('/')->body =~ /^in: (\S+)/ && $1, $bob,
        'who is signed in stays so';

    my $page = $browser->follow($r);
    is $page->form('username')->{fields}{username}, $ann,
        'the name is the one of the link';
    is $browser->submit($page, { username => $ann, password => $second })
        ->status, 303, 'signed in';
    is $browser->get('/')->body =~ /^in: (\S+)/ && $1, $ann, 'as the other';
    restore();
}


# --- what applications and logs see (E02, E10)

{
    my $browser = $t->browser;
    $browser->sign_in($bob, 'a plain secret of bob');
    my $url = link_of();
    my $r = $browser->get($url);

    is $browser->get('/')->body, "in: $bob ", 'no application sees a cookie';

    my ($path) = $url =~ m{^\Q$origin\E(.*)};
    my $token = $tokens[-1];

    $t->browser->get("$path?token=$token");
    $t->browser->get($path =~ s{/reset/}{//x/..//reset/}r);
    $t->browser->get($path =~ s{/reset/}{/%72eset/}r);
    $t->browser->get($path =~ s{/login/}{/login/./}r);
    $t->raw("GET $origin$path HTTP/1.1\r\nHost: localhost\r\n"
        . "Connection: close\r\n\r\n");
    $t->raw("GET $path HTTP/1.0\r\n\r\n");
    $t->raw("GET $path\r\n");

    my $http2 = Login::Http2->new($t->port('h2'));
    is $http2->wait($http2->start([ [ ':method', 'GET' ],
        [ ':scheme', 'http' ], [ ':path', $path ],
        [ ':authority', 'localhost:' . $t->port ] ]))->status, 303,
        'over HTTP/2';

    $t->browser->request('POST', $url);
}


# --- one of many at once (E03)

for my $round (1 .. 5) {
    my $url = link_of();
    my $open = opened($url);
    my ($browser, $page) = @$open;
    my $cookies = $browser->cookie_header({ path => '/login/reset',
        host => 'localhost', scheme => 'http' });
    my @connections = map { $t->connection } 1 .. 50;

    for my $i (0 .. $#connections) {
        my $body = Login::Browser::encode({
            %{ $page->form('password')->{fields} },
            password => "horse number $i of fifty",
            password_verify => "horse number $i of fifty" });

        $connections[$i]->send("POST /login/reset HTTP/1.1\r\n"
            . 'Host: localhost:' . $t->port . "\r\n"
            . "Cookie: $cookies\r\n"
            . "Content-Type: application/x-www-form-urlencoded\r\n"
            . 'Content-Length: ' . length($body) . "\r\n\r\n$body");
    }

    my @answers = map { $_->response->status } @connections;
    my @set = grep { $answers[$_] == 303 } 0 .. $#answers;

    is scalar @set, 1, "round $round: one of fifty";
    is scalar(grep { $_ == 410 } @answers), 49, 'all others are too late';
    ok enters("horse number $set[0] of fifty"), 'and that one counts';
    restore();
}


# --- it is the same account

is json('user', 'show', $ann)->{id}, $account, 'the account is the same';
like $t->cli_ok('check'), qr/./, 'the store is sound';

{
    my $data = $t->read_file($t->store . '/data.mdb');
    my @files = ($t->access_log, $t->read_file('all.log'),
        $t->error_log);

    is scalar(grep { index($data, $_) >= 0 } @tokens), 0,
        'no token in the store';
    is scalar(grep { my $token = $_; grep { index($_, $token) >= 0 } @files }
        @tokens), 0, 'nor in a log';
    like $files[1], qr{/login/reset/x{43}}, 'which have something else';
}


done_testing;
