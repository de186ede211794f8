#!/usr/bin/perl

# Forms: how their bytes arrive (C10), what is not taken for one (C11), and
# who may send them (C13).

use strict;
use warnings;

use JSON::PP;
use Login::Http2;
use Login::Test;
use POSIX ();


my $name = 'ann@example.com';
my $password = 'secret of the form: &=%+ \xc3\xa9';

my $t = Login::Test->new(
    accounts => {
        $name             => $password,
        'bob@example.com' => 'quite another one',
    },

    # what is written for people to read, and not for debugging
    http => 'login_hash memory=1m passes=1;',
);

# small buffers, and whatever else could lead a body to the disk

$t->run(<<'END');
client_header_buffer_size 1k;
client_body_buffer_size 16;
client_max_body_size 100m;
client_body_in_file_only on;

log_format body '$request $status "$request_body" "$request_body_file"';
access_log %%DIR%%/body.log body;

server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT_h2%% http2;
    server_name localhost;
    login on;

    location /login/ {
        login_portal;
        client_body_buffer_size 1k;
        client_body_in_file_only clean;
    }

    location / { return 200 "hello $login_user"; }
}
END

my $origin = 'http://localhost:' . $t->port;


# Every file that comes up where nginx puts bodies is a failure, however
# short it lives.

my $watch;

{
    # inotify_init1(), inotify_add_watch()

    my %calls = (x86_64 => [294, 254], aarch64 => [26, 27]);
    my $calls = $calls{ (POSIX::uname())[4] };

    # IN_NONBLOCK

    my $fd = $calls ? syscall($calls->[0], 0x800) : -1;

    if ($fd >= 0) {
        my $all = 0x100 | 0x2 | 0x80;       # created, written, moved there
        my $dir = $t->dir . '/body';

        syscall($calls->[1], $fd, $dir, $all) >= 0 or die "inotify: $!\n";
        open $watch, '<&=', $fd or die "inotify: $!\n";

        unlink $t->write_file('body/file', 'as a body would be');
        ok sysread($watch, my $events, 65536), 'files are noticed';
    }
}


sub no_file {
    my ($what) = @_;

    my @files = glob $t->dir . '/body/*';

    is "@files", '', "$what: no file";

    if ($watch) {
        my $n = sysread $watch, my $events, 65536;
        ok !$n, "$what: never was";
    }
}


sub sessions {
    return scalar @{ decode_json($t->cli_ok('session', 'list', '--json')) };
}


# A fresh browser with the sign-in form open.

sub open_form {
    my $browser = $t->browser;
    my $page = $browser->get('/login/?return_to=/x');

    return ($browser, $page->csrf, $page);
}


sub fields {
    my ($csrf) = @_;

    return [ csrf => $csrf, return_to => '/x', username => $name,
             password => $password ];
}


# A request by hand: "head" are lines beyond those that every form has.

sub head {
    my ($browser, @more) = @_;

    return join "\r\n", 'POST /login/ HTTP/1.1',
        'Host: localhost:' . $t->port,
        'Cookie: login_browser=' . $browser->cookie('login_browser'),
        'Content-Type: application/x-www-form-urlencoded',
        'Connection: close', @more, '', '';
}


sub in_ok {
    my ($r, $what) = @_;

    is $r && $r->status, 303, "$what: signed in";
    is $r && $r->location, "$origin/x", "$what: and there";
}


# --- C10: however the bytes arrive

{
    my ($browser, $csrf) = open_form();
    my $body = Login::Browser::encode(fields($csrf));
    my $length = 'Content-Length: ' . length $body;

    in_ok $t->raw(head($browser, $length) . $body), 'at once';
    in_ok $t->raw(head($browser, $length) . $body, segment => 1),
        'byte by byte';
    in_ok $t->raw(head($browser, $length) . $body, segment => 7),
        'in sevens';

    for my $size (1, 5, 4096) {
        my $chunked = '';

        for (my $i = 0; $i < length $body; $i += $size) {
            my $part = substr $body, $i, $size;

            $chunked .= sprintf "%x;x=y\r\n%s\r\n", length $part, $part;
        }

        $chunked = head($browser, 'Transfer-Encoding: chunked')
                   . "${chunked}0\r\nTrailer: x\r\n\r\n";

        in_ok $t->raw($chunked), "in chunks of $size";
        in_ok $t->raw($chunked, segment => 3),
            "in chunks of $size, three bytes at a time";
    }

    # the client asks first

    for my $more ($length, 'Transfer-Encoding: chunked') {
        my $connection = $t->connection;

        $connection->send(head($browser, $more, 'Expect: 100-continue'));

        my $r = $connection->response(continue => 1);

        is $r && $r->status, 100, 'go ahead';

        $connection->send($more eq $length ? $body
            : sprintf "%x\r\n%s\r\n0\r\n\r\n", length $body, $body);

        in_ok $connection->response, 'after 100';
    }

    no_file('forms of all kinds');
}

# larger than all buffers, but a form nevertheless

for my $size (1000, 5000, 16_000) {
    my ($browser, $csrf) = open_form();
    my $body = Login::Browser::encode(fields($csrf));

    $body = 'fill=' . ('x' x ($size - length($body) - 6)) . "&$body";

    my $length = 'Content-Length: ' . length $body;

    in_ok $t->raw(head($browser, $length) . $body), "$size bytes";
    in_ok $t->raw(head($browser, $length) . $body, segment => 100),
        "$size bytes in hundreds";
    in_ok $t->raw(head($browser, 'Transfer-Encoding: chunked')
        . sprintf "%x\r\n%s\r\n0\r\n\r\n", length $body, $body),
        "$size bytes in a chunk";
    no_file("$size bytes");
}

{
    my ($browser, $csrf) = open_form();
    my $before = sessions();

    # a client that goes away in the middle

    my $body = Login::Browser::encode(fields($csrf));
    my $connection = $t->connection;

    $connection->send(head($browser, 'Content-Length: ' . length $body)
                      . substr $body, 0, -1);
    $connection->close;

    # one that says more than it sends, and one that sends more

    $connection = $t->connection;
    $connection->send(head($browser, 'Content-Length: ' . (9 + length $body))
                      . $body);
    shutdown $connection->socket, 1;
    ok $connection->closed, 'no answer to half a form';

    is sessions(), $before, 'half a form signs nobody in';

    my $half = substr $body, 0, index($body, '&password');
    my $r = $t->raw(head($browser, 'Content-Length: ' . length $half) . $body);

    is $r->status, 422, 'what is beyond the length does not count';
    no_file('half a form');
}


# --- HTTP/2

SKIP: {
    my $curl = `curl -V 2>&1` =~ /HTTP2/;

    skip 'no curl with HTTP/2', 1 unless $curl;

    my ($browser, $csrf) = open_form();
    my $body = Login::Browser::encode(fields($csrf));

    for my $fill (0, 3000, 12_000) {
        my $file = $t->write_file('h2.body', $body . '&fill=' . 'x' x $fill);

        for my $more ([], ['-H', 'Expect: 100-continue'],
                      ['-H', 'Content-Length:', '-T', '-', '-X', 'POST'])
        {
            my @data = "@$more" =~ /-T/ ? () : ('--data-binary', "\@$file");

            my ($status, $out) = $t->command(
                { stdin => $t->read_file($file) },
                'curl', '-sS', '--http2-prior-knowledge', '-o', '/dev/null',
                '-w', '%{http_version} %{http_code} %{redirect_url}',
                '-H', 'Host: localhost:' . $t->port,
                '-H', 'Content-Type: application/x-www-form-urlencoded',
                '-b', 'login_browser=' . $browser->cookie('login_browser'),
                @$more, @data,
                'http://127.0.0.1:' . $t->port('h2') . '/login/');

            is $out, "2 303 $origin/x", "HTTP/2, $fill more, @$more";
        }
    }

    no_file('HTTP/2');
}

# frames of one byte each, and some that come while others do

{
    my ($browser, $csrf) = open_form();
    my $body = Login::Browser::encode(fields($csrf));
    my $http2 = Login::Http2->new($t->port('h2'));
    my @fields = (
        [ ':method', 'POST' ], [ ':scheme', 'http' ], [ ':path', '/login/' ],
        [ ':authority', 'localhost:' . $t->port ],
        [ 'content-type', 'application/x-www-form-urlencoded' ],
        [ 'cookie', 'login_browser=' . $browser->cookie('login_browser') ],
    );

    in_ok scalar $http2->wait($http2->start(\@fields, body => $body,
                                            segment => 1)),
        'HTTP/2, a frame for each byte';

    my @ids = map { $http2->start(\@fields, open => 1) } 1 .. 3;

    for my $byte (split //, $body) {
        $http2->data($_, $byte) for @ids;
    }

    $http2->reset($ids[1]);
    $http2->data($_, '', end => 1) for @ids[0, 2];

    in_ok $_, 'HTTP/2, byte by byte in turns'
        for $http2->wait(@ids[0, 2]);

    no_file('frames of a byte');
}


# --- C11: what is not a form

{
    my ($browser, $csrf) = open_form();
    my $before = sessions();
    my $body = Login::Browser::encode(fields($csrf));

    for my $type (undef, '', 'text/plain', 'application/json',
                  'multipart/form-data; boundary=x', 'application/xml',
                  'application/x-www-form-urlencodedx',
                  'text/plain; application/x-www-form-urlencoded',
                  'application/x-www-form-urlencoded, text/plain')
    {
        my $r = $browser->post('/login/', $body,
            headers => { 'Content-Type' => $type });

        is $r->status, 415, 'type ' . ($type // 'missing');
        is $r->page, 'error', 'on a page';
        like $r->alert, qr/Code L14/, 'with a code';
    }

    for my $type ('application/x-www-form-urlencoded;charset=utf-8',
                  'APPLICATION/X-WWW-FORM-URLENCODED ; charset=UTF-8')
    {
        my ($other, $token) = open_form();
        my $r = $other->post('/login/', fields($token),
            headers => { 'Content-Type' => $type });

        is $r->status, 303, "type $type";
        $other->sign_out;
    }

    my %malformed = (
        'a field twice'        => "$body&username=bob%40example.com",
        'a field twice, alike' => "$body&return_to=%2Fx",
        'csrf twice'           => "csrf=$csrf&$body",
        'a name of two kinds'  => "$body&us%65rname=x",
        'brackets'             => $body =~ s/username=/username[]=/r,
        'brackets, encoded'    => $body =~ s/username=/username%5B%5D=/r,
        'a key in brackets'    => "$body&a[b]=c",
        'a dollar'             => "$body&a\$b=c",
        'half an escape'       => "$body&a=%4",
        'no escape'            => "$body&a=%zz",
        'a lone per cent'      => "$body&a=%",
        'an escape in a name'  => "$body&a%zz=1",
        'NUL'                  => "$body&a=%00",
        'NUL in the username'  => $body =~ s/example/example%00/r,
        'raw NUL'              => "$body&a=\0",
        'not UTF-8'            => "$body&a=%ff",
        'overlong UTF-8'       => "$body&a=%c0%af",
        'a surrogate'          => "$body&a=%ed%a0%80",
        'no name'              => "$body&=x",
        'nothing at the end'   => "$body&",
        'nothing in between'   => $body =~ s/&/&&/r,
        '33 fields'            => join('&', $body, map { "f$_=" } 1 .. 29),
        '1,000 fields'         => join('&', $body, map { "f$_=" } 1 .. 1000),
        '1,000 times a field'  => join('&', $body, ('f=') x 1000),
        'JSON'                 => '{"username":"x"}',
        'multipart'            => "--x\r\nContent-Disposition: form-data; "
                                  . "name=\"username\"\r\n\r\nx\r\n--x--\r\n",
    );

    for my $what (sort keys %malformed) {
        my $r = $browser->post('/login/', $malformed{$what});

        is $r->status, 400, $what;
        is $r->page, 'error', 'on a page';
        like $r->alert, qr/Code L12/, 'with a code';
        is scalar($r->cookies), 0, 'and no cookie';
    }

    is sessions(), $before, 'none of them signed in';

    my $r = $browser->post('/login/', "unknown=field&x=&$body&y");
    is $r->status, 303, 'unknown fields do no harm';
}

# --- too large

{
    my ($browser, $csrf) = open_form();
    my $body = Login::Browser::encode(fields($csrf));
    my $before = sessions();

    for my $size (16_385, 100_000, 1_100_000) {
        my $large = $body . '&fill=' . 'x' x ($size - length($body) - 6);

        for my $r ($browser->post('/login/', $large),
                   $t->raw(head($browser, 'Transfer-Encoding: chunked')
                       . sprintf "%x\r\n%s\r\n0\r\n\r\n", length $large,
                       $large))
        {
            is $r->status, 413, "$size bytes";
            is $r->page, 'error', 'on a page';
            like $r->alert, qr/Code L13/, 'with a code';
        }
    }

    my $r = $t->raw(head($browser, 'Content-Length: 99999999',
                         'Expect: 100-continue'));

    is $r->status, 413, 'refused before it was sent';
    is sessions(), $before, 'nobody signed in';
    no_file('too large');
}


# --- the query of a POST is not read

{
    my ($browser, $csrf) = open_form();
    my $query = Login::Browser::encode(fields($csrf));
    my $before = sessions();

    my $r = $browser->post("/login/?$query", '');

    is $r->status, 403, 'fields in the address: no csrf';

    $r = $browser->post("/login/?$query", { csrf => $csrf });
    is $r->status, 422, 'neither a name nor a password';
    is $r->form('username')->{fields}{return_to}, undef, 'nor a way back';
    is sessions(), $before, 'nobody signed in';

    $r = $browser->post('/login/?return_to=/y&username=bob%40example.com'
                        . '&shared=1&csrf=x', fields($csrf));
    is $r->status, 303, 'the form alone counts';
    is $r->location, "$origin/x", 'for the way back';
    is $browser->get('/')->body, "hello $name", 'for the name';
    ok defined $r->cookie('login')->{attributes}{'max-age'},
        'and for the box';

    $r = $browser->post('/login/?switch=1&need=login', { });
    is $r->status, 303, 'wishes in the address of a form are none';

    # a GET never signs in

    my $other = $t->browser;
    my $page = $other->get("/login/?$query");

    is $page->status, 200, 'a form sent by GET';
    ok !$other->cookie('login'), 'signs nobody in';
    unlike $page->body, qr/secret of/, 'and shows no password';

    # and what cannot be read of a query is as if it were not there

    for my $bad ('return_to=/a&return_to=/b', 'return_to=/x&a=%', 'a=%00',
                 'return_to[]=/x', '&' x 100, join '&', map "f$_=1", 1 .. 99)
    {
        $page = $t->browser->get("/login/?$bad");

        is $page->status, 200, "query $bad";
        is $page->form('username')->{fields}{return_to}, undef,
            'leads nowhere';
    }
}


# --- C13: who may send a form

my ($mallory, $token_of_mallory) = open_form();

my %forged = (
    'no csrf'              => [ sub { undef } ],
    'an empty one'         => [ sub { '' } ],
    'one of somebody else' => [ sub { $token_of_mallory } ],
    'one bit changed'      => [ sub { $_[0] =~ tr/A-Za-z/a-zA-Z/r } ],
    'cut'                  => [ sub { substr $_[0], 0, -1 } ],
    'and more'             => [ sub { "$_[0]A" } ],
    'padded'               => [ sub { "$_[0]=" } ],
    'blank'                => [ sub { " $_[0]" } ],
    'the cookie itself'    => [ sub { $_[1] } ],
    'cross-site'           => [ undef, 'Sec-Fetch-Site' => 'cross-site' ],
    'same-site'            => [ undef, 'Sec-Fetch-Site' => 'same-site' ],
    'no known site'        => [ undef, 'Sec-Fetch-Site' => 'x' ],
    'two sites'            => [ undef, 'Sec-Fetch-Site' =>
                                ['same-origin', 'cross-site'] ],
    'an opaque origin'     => [ undef, 'Origin' => 'null' ],
    'no origin'            => [ undef, 'Origin' => '' ],
    'another one'          => [ undef, 'Origin' => 'http://evil.example' ],
    'another scheme'       => [ undef, 'Origin' => $origin =~ s/http/https/r ],
    'another port'         => [ undef, 'Origin' => 'http://localhost' ],
    'a longer host'        => [ undef, 'Origin' => "$origin.evil.example" ],
    'a path behind'        => [ undef, 'Origin' => "$origin/" ],
    'two origins'          => [ undef, 'Origin' =>
                                [$origin, 'http://evil.example'] ],
    'no cookie'            => [ undef, 'Cookie' => undef ],
    'a cookie of the past' => [ undef, 'Cookie' => 'login_browser=x' ],
);

for my $what (sort keys %forged) {
    my ($change, @headers) = @{ $forged{$what} };
    my ($browser, $csrf) = open_form();
    my $before = sessions();
    my %fields = @{ fields($csrf) };

    if ($change) {
        my $value = $change->($csrf, $browser->cookie('login_browser'));

        delete $fields{csrf};
        $fields{csrf} = $value if defined $value;
    }

    my $r = $browser->clone->post('/login/', \%fields,
                                  headers => { @headers });

    is $r->status, 403, "sign-in, $what: refused";
    is $r->page, 'signin', 'with the form';
    like $r->alert, qr/your browser.*Code L11/, 'and a code';
    is $r->cookie('login'), undef, 'no session';
    is $r->form('username')->{fields}{return_to}, '/x', 'the way back stays';
    is sessions(), $before, 'nor in the store';

    # signing out is a form as well

    my $victim = $t->browser;
    my $page = $victim->sign_in($name, $password, '/login/', follow => 1);
    my $cookie = $victim->cookie('login');

    $before = sessions();
    %fields = (csrf => $page->csrf, return_to => '/x');

    if ($change) {
        my $value = $change->($page->csrf, $victim->cookie('login_browser'));

        delete $fields{csrf};
        $fields{csrf} = $value if defined $value;
    }

    my %headers = @headers;

    # the session's cookie is there, only that of the browser is not

    if (exists $headers{Cookie}) {
        $headers{Cookie} = join '; ', grep { defined } "login=$cookie",
            $headers{Cookie};
    }

    $r = $victim->clone->post('/login/logout', \%fields,
                              headers => \%headers);

    is $r->status, 403, "sign-out, $what: refused";
    is $r->page, 'logout', 'with the form';
    like $r->alert, qr/Code L11/, 'and a code';
    is $r->header('Clear-Site-Data'), undef, 'nothing is cleared';
    is $victim->get('/')->body, "hello $name", 'still signed in';
    is sessions(), $before, 'in the store, too';

    $victim->sign_out;
}

# the forms that come with a refusal work

{
    my ($browser, $csrf) = open_form();

    $browser->cookie('login_browser', undef);

    my $page = $browser->post('/login/', fields($csrf));

    is $page->status, 403, 'cookies were deleted';

    my $r = $browser->submit($page, {
        username => $name, password => $password });

    in_ok $r, 'once more';

    # older browsers say nothing of origins

    ($browser, $csrf) = open_form();
    $r = $browser->post('/login/', fields($csrf), headers => {
        'Sec-Fetch-Site' => undef, 'Origin' => undef,
        'Sec-Fetch-Mode' => undef, 'Sec-Fetch-Dest' => undef });
    in_ok $r, 'an older browser';

    # somebody who typed the address has no site

    ($browser, $csrf) = open_form();
    $r = $browser->post('/login/', fields($csrf), headers => {
        'Sec-Fetch-Site' => 'none', 'Origin' => undef });
    in_ok $r, 'a form sent again after a reload';
}

# a form before and after signing in is of the same browser

{
    my ($browser, $csrf) = open_form();

    $browser->sign_in($name, $password);

    my $r = $browser->post('/login/logout', { csrf => $csrf });

    is $r->status, 303, 'the browser is known by its cookie';
    is $r->header('Clear-Site-Data'), '"cache"', 'signed out';
}


# --- GET and HEAD change nothing

{
    my $browser = $t->browser;

    $browser->sign_in($name, $password);

    my $before = sessions();

    for my $method (qw(GET HEAD)) {
        for my $path ('logout', 'logout?csrf=x', 'logout?return_to=/x', '',
                      '?switch=1', 'apps', 'session')
        {
            my $r = $browser->request($method, "/login/$path");

            ok $r->status == 200 || $r->status == 303,
                "$method of \"$path\"";
            is $r->cookie('login'), undef, 'leaves the session';
        }
    }

    is sessions(), $before, 'nothing has changed';

    for my $method (qw(PUT DELETE PATCH OPTIONS)) {
        my $page = $browser->get('/login/logout');

        is $browser->request($method, '/login/logout',
            body => 'csrf=' . $page->csrf)->status, 405,
            "$method signs nobody out";
    }

    # methods don't hide in headers

    for my $header ('X-HTTP-Method-Override', 'X-HTTP-Method',
                    'X-Method-Override')
    {
        my $page = $browser->get('/login/logout');

        $browser->get('/login/logout?_method=POST&csrf=' . $page->csrf,
            headers => { $header => 'POST' });
    }

    is $browser->get('/')->body, "hello $name", 'still signed in';
    is sessions(), $before, 'still nothing has changed';
}


# --- what is in the logs

{
    # what somebody writes into an address is in the log, as everywhere

    my $log = join '', grep { !m{ /login/\?csrf=} }
        map { "$_\n" } split /\n/, $t->read_file('body.log');

    like $log, qr{^POST /login/ HTTP/1\.1 303 "-?" "-?"$}m,
        'no body in a variable';

    unlike $log, qr/secret(?:\+|%20| )of/, 'not even of half a form';
    unlike $t->error_log, qr/secret of/, 'no password in the error log';
}

no_file('in the end');
done_testing();
