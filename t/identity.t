#!/usr/bin/perl

# What the gate tells of who is signed in, and to whom: variables and headers
# for the application, which nobody else can set; cookies that it never sees;
# answers that no cache shares; WebSockets only for pages of ours.

use strict;
use warnings;

use IO::Socket::INET;
use POSIX ();

use Login::Http2;
use Login::Test;


srand 42;

my $password = 'correct horse battery staple';
my $name = "Ann \xc3\x9cnderwood, \"Q\"";

my $t = Login::Test->new(
    accounts => { 'bob@example.com' => $password },
    http     => 'login_hash memory=1m passes=1;',
);

$t->add_user('ann@example.com', $password, '--name', $name,
             '--email', 'ann@mail.example', '--language', 'de',
             '--role', 'staff', '--role', 'admin');

mkdir $t->dir . '/html';
$t->write_file('html/page.html', '<!--# include virtual="/plain/part" -->');


# --- an application that answers with the head of what it was asked

my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0,
                                   Listen => 64, ReuseAddr => 1)
    or die "listen: $!\n";

my $app = $listen->sockport;
my $scgi = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0,
                                 Listen => 64, ReuseAddr => 1)
    or die "listen: $!\n";


sub read_head {
    my ($client, $end) = @_;

    my $head = '';

    until ($head =~ $end) {
        sysread $client, $head, 65536, length $head or last;
    }

    return $head;
}


sub serve {
    my ($client) = @_;

    my $head = read_head($client, qr/\r\n\r\n/);
    my $answer = '';

    if ($head =~ /^Upgrade: websocket/mi) {
        syswrite $client, "HTTP/1.1 101 Switching Protocols\r\n"
            . "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
            . "through the tunnel\n";
        return;
    }

    # answer=... in the query: header lines, as it wants to have them

    if ($head =~ m{^GET [^ ]*[?&]answer=([^ &]*)}) {
        ($answer = $1) =~ s/%([0-9A-F]{2})/chr hex $1/ge;
    }

    my $status = $answer =~ s/^Status: (\d+)\r\n// ? $1 : 200;

    syswrite $client, "HTTP/1.1 $status X\r\nConnection: close\r\n"
        . $answer . ($status == 304 ? "\r\n" : 'Content-Length: '
                     . length($head) . "\r\n\r\n$head");
}


sub serve_scgi {
    my ($client) = @_;

    my $head = read_head($client, qr/,$/);

    $head =~ s/\0/\n/g;
    syswrite $client, "Status: 200 OK\r\n\r\n$head";
}


sub start_app {
    my ($socket, $serve) = @_;

    my $pid = fork // die "fork: $!\n";

    return $pid if $pid;

    local $SIG{PIPE} = 'IGNORE';
    local $SIG{TERM} = 'DEFAULT';

    while (my $client = $socket->accept) {
        $serve->($client);
        close $client;
    }

    POSIX::_exit(0);
}


my @apps = (start_app($listen, \&serve), start_app($scgi, \&serve_scgi));

END {
    my $status = $?;

    kill 'TERM', @apps;
    waitpid $_, 0 for @apps;

    $? = $status;
}

my $scgi_port = $scgi->sockport;

$t->run(<<"END");
map \$login_user \$mapped {
    default          "somebody";
    ""               "nobody";
    ann\@example.com "ann of the map";
}

map \$login_roles \$is_admin {
    default                 0;
    "~(^|,)admin(,|\$)"     1;
}

log_format facts escape=none
    "\$request_uri|\$status|\$login_user|\$login_principal|\$login_id|"
    "\$login_name|\$login_email|\$login_org|\$login_roles|\$login_methods|"
    "\$login_auth_time|\$login_expires|\$login_session|\$login_language|"
    "\$http_cookie";

limit_req_zone \$login_user zone=persons:1m rate=1r/m;
large_client_header_buffers 8 64k;
proxy_buffer_size 64k;
proxy_buffers 8 64k;
proxy_busy_buffers_size 64k;
proxy_headers_hash_max_size 1024;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    underscores_in_headers on;
    login on;
    login_return_host app.example *.trusted.example;

    access_log %%DIR%%/facts.log facts;
    add_header X-User "\$login_user" always;
    add_header X-Mapped "\$mapped" always;
    add_header X-Admin "\$is_admin" always;

    set \$early "\$login_user";

    if (\$login_user = nobody\@example.com) {
        return 200 "what there is not";
    }

    location /login/ { login_portal; }

    location / {
        proxy_pass http://127.0.0.1:$app;
        include %%ROOT%%/conf/login_params;
    }

    location /plain/ { proxy_pass http://127.0.0.1:$app; }

    location /early {
        return 200 "early=\$early late=\$login_user set=\$mapped";
    }

    location /optional/ {
        login optional;
        proxy_pass http://127.0.0.1:$app;
        include %%ROOT%%/conf/login_params;
    }

    location /open/ { login off; proxy_pass http://127.0.0.1:$app; }

    location /open-params/ {
        login off;
        proxy_pass http://127.0.0.1:$app;
        include %%ROOT%%/conf/login_params;
    }

    location /scgi/ {
        scgi_pass 127.0.0.1:$scgi_port;
        scgi_param CONTENT_LENGTH \$content_length;
        scgi_param REMOTE_USER \$login_principal;
    }

    location /limited {
        limit_req zone=persons;
        limit_req_status 429;
        proxy_pass http://127.0.0.1:$app;
    }

    location /expires {
        expires 1h;
        proxy_pass http://127.0.0.1:$app;
    }

    location /socket {
        proxy_pass http://127.0.0.1:$app;
        proxy_http_version 1.1;
        proxy_set_header Upgrade \$http_upgrade;
        proxy_set_header Connection upgrade;
    }

    # an open location whose subrequest is guarded, then the guarded one

    location /by-auth {
        login off;
        auth_request /auth;
        error_page 418 = \@plain;
        proxy_pass http://127.0.0.1:%%PORT_teapot%%;
        proxy_intercept_errors on;
    }
    location = /auth { return 204; }
    location \@plain { proxy_pass http://127.0.0.1:$app; }

    location /page.html { login off; ssi on; root %%DIR%%/html; }
}

server {
    listen 127.0.0.1:%%PORT_h2%% http2;
    server_name localhost;
    login_portal_url http://localhost:%%PORT%%/login/;
    login on;
    http2_max_concurrent_streams 16;

    location / { proxy_pass http://127.0.0.1:$app; }
    location /open/ { login off; proxy_pass http://127.0.0.1:$app; }
}

server {
    listen 127.0.0.1:%%PORT_bare%%;
    server_name localhost;
    login_portal_url http://localhost:%%PORT%%/login/;
    error_page 400 = /malformed;

    location / { proxy_pass http://127.0.0.1:$app; }
    location /gated { login on; return 200; }
}

server {
    listen 127.0.0.1:%%PORT_teapot%%;
    return 418;
}
END

my $browser = $t->browser;
my $before = time;

is $browser->sign_in('ann@example.com', $password)->status, 303, 'signed in';

my $token = $browser->cookie('login');
my $known = $browser->cookie('login_browser');
my $session = "Cookie: login=$token\r\n";


sub ask {
    my ($uri, $more, %opt) = @_;

    my $method = $opt{method} // 'GET';

    return $t->raw("$method $uri HTTP/1.1\r\nHost: localhost\r\n"
                   . ($more // '') . "Connection: close\r\n\r\n");
}


# With "n" other headers and "last" identity headers behind them.

sub ask_last {
    my ($uri, $n, $last) = @_;

    return $t->raw("GET $uri HTTP/1.1\r\nHost: localhost\r\n$session"
                   . join('', map { "X-$_: $_\r\n" } 1 .. $n)
                   . "Remote-User: root\r\n" x $last . "\r\n");
}


# What the application got: header lines in their order, without those that
# the proxy writes itself.

sub lines_of {
    my ($response) = @_;

    my @lines = split /\r\n/, $response->body;

    shift @lines;

    return grep { !/^(?:Host: 127|Connection:)/ } @lines;
}


sub escaped {
    my ($text) = @_;

    $text =~ s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ge;

    return $text;
}


# --- variables

{
    my $first = ask('/early', $session);

    is $first->body, 'early=ann@example.com late=ann@example.com'
        . ' set=ann of the map', 'variables in the server, location and map';
    is $first->header('X-User'), 'ann@example.com', 'in add_header';
    is $first->header('X-Mapped'), 'ann of the map', 'through a map';
    is $first->header('X-Admin'), '1', 'roles through a map';

    my $refused = ask('/early');

    is $refused->status, 401, 'without a session';
    is $refused->header('X-User'), undef, 'empty in add_header';
    is $refused->header('X-Mapped'), 'nobody', 'empty in a map';
    is $refused->header('X-Admin'), '0', 'no roles';

    is ask('/open/x', $session)->header('X-User'), 'ann@example.com',
        'also where there is no gate';
    is ask('/open/x', "Cookie: login=x$token\r\n")->header('X-User'), undef,
        'not for a cookie that is not ours';

    my %facts;

    wait_for(sub {
        %facts = map { m{^/(\S*?)\|} ? ($1 => $_) : () }
            split /\n/, $t->read_file('facts.log');
        return $facts{'open/x'};
    });

    my ($line) = grep { m{^/early\|200} }
        split /\n/, $t->read_file('facts.log');
    my @fields = split /\|/, $line, -1;
    my %fact;

    @fact{qw(uri status user principal id name email org roles methods
             auth_time expires session language cookie)} = @fields;

    is $fact{user}, 'ann@example.com', '$login_user in the log';
    is $fact{principal}, 'ann@example.com', '$login_principal';
    like $fact{id}, qr/^[0-9a-f]{32}$/, '$login_id';
    is $fact{name}, $name, '$login_name';
    is $fact{email}, 'ann@mail.example', '$login_email';
    is $fact{org}, 'default', '$login_org';
    is join(',', sort split /,/, $fact{roles}), 'admin,staff',
        '$login_roles';
    is $fact{methods}, 'pwd', '$login_methods';
    cmp_ok $fact{auth_time}, '>=', $before, '$login_auth_time';
    cmp_ok $fact{auth_time}, '<=', time, '$login_auth_time is past';
    cmp_ok $fact{expires} - $fact{auth_time}, '>=', 20 * 86400 - 1,
        '$login_expires';
    like $fact{session}, qr/^[0-9a-f]{32}$/, '$login_session';
    isnt $fact{session}, $fact{id}, 'it is not the account';
    is $fact{language}, 'de', '$login_language';
    is $fact{cookie}, '', 'our cookie is not in the log';
    ok index($token, $fact{session}) < 0, 'the session is not its cookie';

    ($line) = grep { m{^/early\|401} }
        split /\n/, $t->read_file('facts.log');
    is $line, '/early|401|||||||||||||', 'nothing without a session';

    # nginx itself writes all headers when it debugs

    my $log = join "\n", grep { m{^\d+/} && !/\[debug\]/ }
        split /\n/, $t->error_log;

    ok index($t->read_file('facts.log') . $log, $token) < 0,
        'the cookie is in no log';
}

{
    my $bob = $t->browser;

    $bob->sign_in('bob@example.com', $password);

    my %by_person;

    for my $cookie ($token, $bob->cookie('login')) {
        push @{ $by_person{ $cookie eq $token } },
            map { ask('/limited', "Cookie: login=$cookie\r\n")->status } 1, 2;
    }

    is "@{ $by_person{1} }", '200 429', 'limit_req by person: the first';
    is "@{ $by_person{''} }", '200 429', 'and the second for itself';
    is ask('/limited')->status, 401, 'nobody is refused, not limited';
}


# --- headers for the application

my %identity = (
    'Remote-User'   => 'ann@example.com',
    'Remote-Name'   => $name,
    'Remote-Email'  => 'ann@mail.example',
    'Remote-Groups' => 'staff,admin',
    'Remote-Org'    => 'default',
);


sub identity_lines {
    my ($response) = @_;

    my @lines = sort grep { /^remote[-_]/i } lines_of($response);

    return @lines;
}


sub is_ann {
    my ($response, $test) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my %lines = map { split /: /, $_, 2 } identity_lines($response);

    $lines{'Remote-Groups'} = join ',', sort { $b cmp $a }
        split /,/, $lines{'Remote-Groups'} // '';

    is_deeply \%lines, \%identity, $test;
    is scalar(identity_lines($response)), 5, 'each of them once';
}


is_ann(ask('/x', $session), 'login_params tells the application');
is_ann(ask('/optional/x', $session), 'also where the gate is optional');
is_ann(ask('/open-params/x', $session), 'and where it is off');

is join(' ', identity_lines(ask('/optional/x'))), '',
    'nobody: no header, rather than an empty one';
is join(' ', identity_lines(ask('/plain/x', $session))), '',
    'none that were not asked for';

my @names;

for my $part (qw(User Name Email Groups Org)) {
    push @names, map { ("Remote$_$part", lc "Remote$_$part",
                        uc "Remote$_$part", lcfirst "Remote$_" . lc $part) }
        '-', '_';
}

for my $spoof (@names) {
    my $line = "$spoof: root\r\n";

    is_ann(ask('/x', "$session$line"), "$spoof is replaced");

    is join(' ', identity_lines(ask($_, $session . $line))), '',
        "$spoof is removed, $_" for '/plain/x';
    is join(' ', identity_lines(ask('/optional/x', $line))), '',
        "$spoof is removed for nobody";

    my $scgi = ask('/scgi/x', "$session$line")->body;

    unlike $scgi, qr/root/, "$spoof: not for SCGI";
    like $scgi, qr/^REMOTE_USER\nann\@example\.com$/m, 'which has its own';
    unlike $scgi, qr/HTTP_COOKIE/, 'and not our cookie';

    is join(' ', identity_lines(ask('/open/x', $line))), "$spoof: root",
        "$spoof stays where there is no gate";
}

for my $other (qw(Remote Remote-Users Remote-Use XRemote-User X-Remote-User
                  Remote-User-Id RemoteUser Remote--User User Remote-Addr))
{
    my @lines = grep { /: kept$/ } lines_of(ask('/plain/x',
                                               "$session$other: kept\r\n"));

    is "@lines", "$other: kept", "$other is no identity";
}

{
    my (@lost, @spoofed);

    # any number of them, anywhere among any number of others

    for my $round (1 .. 150) {
        my @sent = map {
            rand() < 0.4 ? $names[rand @names] . ": root" : "X-$_: $_"
        } 1 .. $round % 70;

        @sent = ("X-First: 1", (map { $names[rand @names] . ': root' }
                                1 .. $round)) if $round % 10 == 0;

        my @expected = grep { /^X-/ } @sent;
        my @got = lines_of(ask('/plain/x', join('', map { "$_\r\n" }
            $session =~ s/\r\n//r, @sent)));

        push @spoofed, $round if grep { /root/ } @got;
        push @lost, $round if "@got" ne "@expected";
    }

    is "@spoofed", '', 'none gets through among others';
    is "@lost", '', 'and all others do, in their order';
}

{
    # nginx keeps headers in parts of twenty, which subrequests share

    my (@spoofed, @status);

    for my $n (0 .. 45) {
        for my $last (1, 3) {
            my $response = ask_last('/by-auth', $n, $last);

            push @status, "$n: " . $response->status
                if $response->status != 200;
            push @spoofed, $n if $response->body =~ /root/;
        }
    }

    is "@status", '', 'auth_request of what is guarded, then what is guarded';
    is "@spoofed", '', 'and no header comes back';

    for my $n (0 .. 45) {
        my $response = ask_last('/page.html', $n, 1);

        push @status, $n if $response->body !~ m{^GET /plain/part };
        push @spoofed, $n if $response->body =~ /root/;
    }

    is "@status", '', 'a guarded part of an open page';
    is "@spoofed", '', 'and none by SSI';
}


# --- cookies

my @own = ("login=$token", "login_browser=$known");


sub cookies_of {
    my ($response) = @_;

    return map { s/^Cookie: //ir } grep { /^Cookie:/i } lines_of($response);
}


for my $uri (qw(/open/x /plain/x)) {
    my @table = (

        # sent => received

        [ 'OWN', undef ],
        [ 'OWN;', undef ],
        [ ' OWN ; ', undef ],
        [ 'a=b', 'a=b' ],
        [ 'a=b; OWN', 'a=b' ],
        [ 'OWN; a=b', 'a=b' ],
        [ 'OWN;a=b', 'a=b' ],
        [ 'a=b; OWN; c=d', 'a=b; c=d' ],
        [ 'a=b;OWN;c=d', 'a=b;c=d' ],
        [ 'a="x y"; OWN; b=', 'a="x y"; b=' ],
        [ 'a=b=c==; OWN', 'a=b=c==' ],
        [ 'a; OWN; =b; c', 'a; =b; c' ],
        [ "a=\xff\xfe; OWN", "a=\xff\xfe" ],
        [ 'a=OWN', 'a=OWN' ],
        [ 'Login=1; LOGIN=2; OWN; login2=3; xlogin=4; log=5',
          'Login=1; LOGIN=2; login2=3; xlogin=4; log=5' ],
        [ 'a=1; a=2; OWN; a=1', 'a=1; a=2; a=1' ],
        [ 'a=1,b=2; OWN; $Path="/"', 'a=1,b=2; $Path="/"' ],
        [ 'a=b;; ;OWN; c=d', 'a=b;; ; c=d' ],
    );

    for my $row (@table) {
        for my $ours (@own, join '; ', @own) {
            next if $ours =~ /;/ && $row->[0] =~ /=OWN/;

            my ($sent, $received) = map { my $x = $_ // '';
                                          $x =~ s/OWN/$ours/; $x } @$row;

            # the gate wants a session; it comes in a line of its own

            my $with = $uri eq '/open/x' || $sent =~ /(?<![\w=])login=/ ? ''
                : $session;
            my @got = cookies_of(ask($uri, "${with}Cookie: $sent\r\n"));
            (my $shown = $row->[0]) =~ s/[^\x20-\x7e]/./g;

            is join('|', @got), defined $row->[1] ? $received : '',
                "$uri: $shown";
            is scalar(@got), defined $row->[1] ? 1 : 0, 'in one line or none';
        }
    }
}

{
    my (@wrong, @shown);

    # many, with ours anywhere, also ours many times

    for my $n (1, 2, 3, 5, 10, 19 .. 22, 50, 99, 200, 500) {
        for my $round (1 .. 4) {
            my @sent = map { "c$_=" . 'v' x int rand 30 } 1 .. $n;
            my $expected = join '; ', @sent;

            splice @sent, int(rand @sent + 1), 0, $own[rand @own]
                for 1 .. $round;

            my @got = cookies_of(ask('/open/x',
                'Cookie: ' . join('; ', @sent) . "\r\n"));

            push @wrong, $n if "@got" ne $expected;
        }
    }

    is "@wrong", '', '1 to 500 cookies: the rest to the byte';

    @wrong = ();

    for my $n (1, 2, 18 .. 23, 38 .. 42, 100, 127 .. 130, 300) {
        for my $round (1 .. 3) {
            my @lines = map {
                rand() < 0.3 ? $own[rand @own]
                    : rand() < 0.2 ? "a$_=1; $own[rand @own]; b$_=2"
                    : "a$_=1"
            } 1 .. $n;
            my @expected = grep { length }
                map { s/(?:; )?login(?:_browser)?=[^;]*//r } @lines;

            my $response = ask('/open/x',
                               join '', map { "Cookie: $_\r\n" } @lines);
            my @got = cookies_of($response);

            push @wrong, $n if "@got" ne "@expected";
            push @shown, $n if $response->body =~ /\blogin/;
        }
    }

    is "@wrong", '', '1 to 300 Cookie lines: the rest to the byte';
    is "@shown", '', 'and nothing of ours';
}

is join('|', cookies_of(ask('/open/x', "cookie: a=b; $own[0]\r\n"
                            . "COOKIE: $own[1]\r\ncOOkie: c=d\r\n"))),
    'a=b|c=d', 'the name of the header in any case';
is ask('/x', "cOOKIE: $own[0]\r\n")->status, 200,
    'where it is a session as well';

for my $broken ("Content-Length: x\r\n", "Host: a b\r\n") {

    # nginx never comes to its first phase, but to "error_page"

    my $response = $t->raw("GET /x HTTP/1.1\r\n"
        . 'Cookie: a=b; ' . join('; ', @own) . "\r\n"
        . ($broken =~ /^Host/ ? '' : "Host: localhost\r\n")
        . $broken . "Connection: close\r\n\r\n", port => 'bare');

    (my $shown = $broken) =~ s/\r\n//;

    like $response->body, qr{^GET /malformed }, "malformed: $shown";
    is join('|', cookies_of($response)), 'a=b', 'cut also then';
}


# --- HTTP/2: each field as it comes

# Asks each list of fields on a stream of its own; returns the bodies.

sub h2 {
    my ($path, @requests) = @_;

    my $http2 = Login::Http2->new($t->port('h2'));

    return map { $_->body } $http2->wait(map {
        $http2->start([ [ ':method', 'GET' ], [ ':scheme', 'http' ],
                        [ ':path', $path ], [ ':authority', 'localhost' ],
                        @$_ ])
    } @requests);
}


{
    my @cookie_fields = map { [ 'cookie', $_ ] } @own;
    my ($with, $without, $other) = h2('/x', \@cookie_fields, [ ],
                                      [ [ 'cookie', "a=b; $own[1]" ] ]);

    like $with, qr{^GET /x }, 'HTTP/2: with a session';
    unlike $with, qr/^Cookie/mi, 'without our cookies';
    unlike $_, qr/^GET/, 'HTTP/2: each stream for itself'
        for $without, $other;

    my @crumbs = map { [ 'cookie', "c$_=$_" ] } 1 .. 100;
    my @mixed = @crumbs;

    splice @mixed, 30, 0, $cookie_fields[0];
    splice @mixed, 70, 0, $cookie_fields[1];

    for my $path ('/x', '/open/x') {
        my ($body) = h2($path, \@mixed);

        is join('|', $body =~ /^Cookie: (.*)\r$/mgi),
            join('; ', map { $_->[1] } @crumbs),
            "$path: 100 crumbs, the rest to the byte";
        unlike $body, qr/login/, 'and nothing of ours';
    }

    # a cookie in two crumbs is none

    my ($split) = h2('/x', [ [ 'cookie', 'login=' . substr $token, 0, 20 ],
                             [ 'cookie', substr $token, 20 ] ]);

    unlike $split, qr/^GET/, 'a session in two pieces is none';

    my ($twice) = h2('/x', [ $cookie_fields[0], $cookie_fields[0] ]);

    unlike $twice, qr/^GET/, 'nor is one that comes twice';

    my ($spoofed) = h2('/x', [ @cookie_fields,
                               map { [ $_, 'root' ] } 'remote-user',
                               'remote-groups' ]);

    like $spoofed, qr{^GET /x }, 'HTTP/2: with identity headers';
    unlike $spoofed, qr/root/, 'they are removed';
}


# --- for nobody else

my %controls = (
    ''                              => 1,
    'no-store'                      => 0,
    'No-Store'                      => 0,
    'max-age=1, no-store'           => 0,
    "max-age=1 ,\tno-store , x"     => 0,
    'private'                       => 0,
    'PRIVATE, max-age=60'           => 0,
    'public'                        => 1,
    'public, max-age=60'            => 1,
    's-maxage=60'                   => 1,
    'private="Set-Cookie"'          => 1,
    'private=X, public'             => 1,
    'no-cache="a, no-store"'        => 1,
    'ext="\\", private, "'          => 1,
    'ext="a", private'              => 0,
    'ext="a, private'               => 1,
    'x-private, no-storex, xno-store' => 1,
    'no-store=1'                    => 1,
    'no store'                      => 1,
    ','                             => 1,
);

for my $control (sort keys %controls) {
    for my $status (200, 304, 404) {
        my $answer = "Status: $status\r\n"
            . ($control eq '' ? '' : "Cache-Control: $control\r\n");
        my $query = 'answer=' . escaped($answer);
        my @got = ask("/plain/x?$query", $session)->header('Cache-Control');
        my @expected = grep { length } $control;

        push @expected, 'private' if $controls{$control};

        is join('|', @got), join('|', @expected),
            "$status, Cache-Control: $control";

        @got = ask("/open/x?$query", $session)->header('Cache-Control');
        is join('|', @got), $control, 'as it is where there is no gate';
    }
}

{
    my @got = ask('/plain/x?answer=' . escaped(
        "Cache-Control: public\r\nCache-Control: no-store\r\n"),
        $session)->header('Cache-Control');

    is join('|', @got), 'public|no-store', 'in any of several lines';

    is ask('/optional/x', $session)->header('Cache-Control'), 'private',
        'also where the gate is optional, if somebody was known';
    is ask('/optional/x')->header('Cache-Control'), undef,
        'but not for everybody';

    @got = ask('/expires', $session)->header('Cache-Control');
    ok scalar(grep { $_ eq 'private' } @got), 'also beside "expires"';
}


# --- WebSocket

sub upgrade {
    my ($cookie, @origins) = @_;

    return $t->raw("GET /socket HTTP/1.1\r\nHost: localhost\r\n$cookie"
                   . "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                   . "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                   . "Sec-WebSocket-Version: 13\r\n"
                   . join('', map { "Origin: $_\r\n" } @origins) . "\r\n");
}


is upgrade('')->status, 401, 'WebSocket without a session';
is upgrade('', 'http://localhost')->status, 401, 'also from our own page';
is upgrade('Cookie: login=' . ('A' x length $token) . "\r\n")->status, 401,
    'or with a cookie that is not ours';

for my $origin ('http://localhost', 'https://localhost',
                'http://localhost:' . $t->port, 'http://app.example',
                'https://app.example', 'https://a.trusted.example',
                'https://a.b.trusted.example')
{
    is upgrade($session, $origin)->status, 101, "WebSocket from $origin";
}

is upgrade($session)->status, 101, 'WebSocket of a program, without Origin';

for my $origin ('http://evil.example', 'null', '', 'localhost',
                'http://localhost.evil.example', 'http://xlocalhost',
                'http://localhost@evil.example', 'http://localhost/x',
                'http://evil.example/localhost', 'http://localhost evil',
                'http://evilapp.example', 'https://trusted.example',
                'https://xtrusted.example', 'file://', 'ftp://localhost',
                'http://localhost:', 'http://localhost:0x50',
                'http://localhost#', 'http://[::1]', 'http://127.0.0.1',
                'http://localhost http://evil.example')
{
    my $response = upgrade($session, $origin);

    is $response->status, 403, "no WebSocket from \"$origin\"";
    unlike $response->body, qr/tunnel/, 'and nothing of it';
}

is upgrade($session, 'http://localhost', 'http://evil.example')->status, 403,
    'nor from two origins';
is upgrade($session, 'http://localhost', 'http://localhost')->status, 403,
    'nor from the same twice';
is ask('/plain/x', "${session}Origin: http://evil.example\r\n")->status, 200,
    'without Upgrade, Origin is the business of the application';

{
    my $connection = $t->connection;

    $connection->send("GET /socket HTTP/1.1\r\nHost: localhost\r\n$session"
                      . "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    is $connection->response->status, 101, 'a tunnel';
    is $connection->rest, "through the tunnel\n", 'and what comes through';
}

$t->cli_ok('session', 'revoke', 'ann@example.com');

is upgrade($session, 'http://localhost')->status, 401,
    'no WebSocket after the session has ended';
is join(' ', identity_lines(ask('/optional/x', $session))), '',
    'and nobody is told of';
is ask('/open/x', $session)->header('X-User'), undef, 'by no variable';


done_testing;
