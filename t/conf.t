#!/usr/bin/perl

# Every mistake in a directive is refused by "nginx -t" in one line that
# names the directive, what was written, and where.  What follows from a
# configuration without mistakes: the portal's URL and the reach of its
# cookie.

use strict;
use warnings;

use File::Path qw(remove_tree);
use Login::Test;


my $t = Login::Test->new;


# A configuration around lines of http, of the server, and of a location.

sub around {
    my (%part) = @_;

    $_ //= '' for @part{qw(http server location)};

    return <<"END";
$part{http}

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;
    $part{server}

    location /login/ { login_portal; }
    location /x/ { $part{location} }
}
END
}


sub refused {
    my ($conf, $message, $name, %opt) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    $t->conf_error($conf, ref $message ? $message : qr/\Q$message\E/,
                   $name, %opt);
}


# --- values

$t->conf_ok(around(), 'a good configuration');

my @values = (

    # directive, where it stands, value, what is said of it

    [ 'login', 'location', 'yes',
      'invalid value "yes" in "login" directive' ],
    [ 'login', 'location', 'On', 'invalid value "On" in "login"' ],
    [ 'login', 'location', 'onn', 'invalid value "onn" in "login"' ],
    [ 'login', 'location', 'o', 'invalid value "o" in "login"' ],
    [ 'login', 'location', '""', 'invalid value "" in "login"' ],
    [ 'login', 'location', '$arg_x', 'invalid value "$arg_x" in "login"' ],

    [ 'login_redirect', 'location', 'yes', 'invalid value "yes"' ],
    [ 'login_redirect', 'location', '""', 'invalid value ""' ],

    (map { [ 'login_require', 'location', $_->[0],
             "invalid parameter \"$_->[1]\" in \"login_require\" directive" ] }
        [ 'nobody', 'nobody' ],
        [ '""', '' ],
        [ 'role=', 'role=' ],
        [ 'role=a,', 'role=a,' ],
        [ 'role=,a', 'role=,a' ],
        [ 'role=a,,b', 'role=a,,b' ],
        [ 'role=a role=b', 'role=b' ],
        [ 'user=', 'user=' ],
        [ 'user=a@b@c', 'user=a@b@c' ],
        [ 'max_age=0', 'max_age=0' ],
        [ 'max_age=x', 'max_age=x' ],
        [ 'max_age=', 'max_age=' ],
        [ 'max_age=-1', 'max_age=-1' ]),

    (map { [ 'login_cookie', 'server', $_,
             "invalid parameter \"$_\" in \"login_cookie\" directive" ] }
        'x', 'name=', 'name=__Host-x', 'name=_x', 'name=a=b', 'name=a,b',
        'name=a.b', "name=\xc3\xa4", 'name=' . 'x' x 65, 'domain=',
        'domain=.', 'domain=..', 'domain=*.example.com', 'domain=a..b',
        'domain=example.com.', 'domain=a/b', 'domain=a:80', 'domain=a_b',
        'samesite=', 'samesite=x', 'samesite=LAX', 'secure', 'httponly=off',
        'path=/x', 'Name=x'),
    [ 'login_cookie', 'server', '"name=a b"', 'invalid parameter "name=a b"' ],
    [ 'login_cookie', 'server', '"name=a;b"', 'invalid parameter "name=a;b"' ],
    [ 'login_cookie', 'server', '""', 'invalid parameter ""' ],

    (map { [ 'login_return_host', 'server', $_, "invalid host \"$_\"" ] }
        '*', '*.', '.example.com', 'example.com.', 'a..b', 'a:80', 'a/b',
        'https://example.com', 'example.com/', '*.*.example.com', 'a*b',
        'x.*', '@', 'a@b', "\xc3\xa4.example", '[::1]', 'a_b',
        'x' x 254),
    [ 'login_return_host', 'server', '""', 'invalid host ""' ],
    [ 'login_return_host', 'server', 'a.example b..c',
      'invalid host "b..c"' ],
    [ 'login_return_host', 'server', '"a b"', 'invalid host "a b"' ],

    (map { [ 'login_session', 'http', $_,
             "invalid parameter \"$_\" in \"login_session\" directive" ] }
        'x', 'idle=', 'idle=0', 'idle=x', 'idle=-1', 'idle=1x', 'lifetime=',
        'lifetime=x', 'lifetime=-1', 'persistent=', 'persistent=yes',
        'trust=', 'trust=x', 'trust=-1',
        'persistent=ON', 'idle', 'shared=1'),

    (map { [ 'login_password', 'http', $_, "invalid parameter \"$_\"" ] }
        'x', 'min=', 'min=0', 'min=401', 'min=x', 'min=-1', 'max=', 'max=0',
        'max=401', 'score=', 'score=5', 'score=-1', 'score=x', 'blocklist=',
        'blocklist', 'Min=8'),
    [ 'login_password', 'http', 'min=20 max=19', 'larger than its "max"' ],
    [ 'login_password', 'http', 'max=14',
      'has a "min" (15 without one) that is larger than its "max"' ],
    [ 'login_password', 'http', 'blocklist=missing.txt',
      'missing.txt" could not be read: No such file' ],
    [ 'login_password', 'http', 'blocklist=store',
      'store" is not a regular file' ],

    (map { [ 'login_hash', 'http', $_, "invalid parameter \"$_\"" ] }
        'x', 'threads=', 'threads=0', 'threads=65', 'threads=x',
        'threads=-1', 'threads=1.5', 'max_queue=', 'max_queue=0',
        'max_queue=65537', 'max_queue=x', 'memory=', 'memory=0',
        'memory=1023k', 'memory=1025m', 'memory=1g1', 'memory=x',
        'memory=99999999999999999999m', 'passes=', 'passes=0', 'passes=65',
        'passes=x', 'parallel=2', 'threads=99999999999999999999'),

    (map { [ 'login_limit', 'http', $_, "invalid parameter \"$_\"" ] }
        'x', 'off', 'attempts=', 'attempts=0', 'attempts=x', 'attempts=-1',
        'attempts=1000001', 'lockout=', 'lockout=0', 'lockout=x',
        'lockout=-1', 'lockout=1x', 'rate=', 'rate=60', 'rate=0/m',
        'rate=60/s', 'rate=60r/m', 'rate=/m', 'rate=-1/m', 'rate=1000001/m',
        'rate=60/mm', 'zone=', 'zone=x', 'zone=0', 'zone=31k', 'zone=-1',
        'zone=name:8m', 'burst=1'),

    [ 'login_portal_url', 'server', '""', '"login_portal_url"' ],
    [ 'login_key', 'http', '""', '"login_key"' ],
    [ 'login_templates', 'http', '""', '"login_templates"' ],
);

for (@values) {
    my ($directive, $where, $value, $message) = @$_;

    # the first of its kind, but for the store and key of each test

    my %opt = (no_store => scalar $directive =~ /_(?:store|key)$/,
               limit => '');
    my $conf = around($where => "$directive $value;");

    $conf = "login_store %%STORE%%; $conf" if $directive eq 'login_key';

    refused($conf, $message, "$directive $value", %opt);
}

for my $value ('""', 'relative/../x map_size=', '/x map_size=x', '/x size=1m',
               '/x map_size=0', '/x map_size=1k', '/x map_size=-1',
               '/x map_size', '/x ""')
{
    my ($wrong) = $value =~ / (.*)$/;

    $wrong = '' if !defined $wrong || $wrong eq '""';

    refused(around(http => "login_key %%KEY%%;\nlogin_store $value;"),
        $value eq '""' ? '"login_store" directive has an empty path'
            : "invalid parameter \"$wrong\"",
        "login_store $value", no_store => 1);
}


# --- how many

my %many = (
    login             => [ 'location', 'on',  0, 2 ],
    login_redirect    => [ 'location', 'on',  0, 2 ],
    login_require     => [ 'location', 'role=a', 0 ],
    login_cookie      => [ 'server', 'name=x', 0 ],
    login_return_host => [ 'server', 'example.com', 0 ],
    login_portal_url  => [ 'server', 'http://localhost/login/', 0, 2 ],
    login_session     => [ 'http', 'idle=1h', 0 ],
    login_hash        => [ 'http', 'passes=1', 0 ],
    login_limit       => [ 'http', 'zone=32k', 0 ],
    login_store       => [ 'http', '%%STORE%%', 0, 3 ],
    login_key         => [ 'http', '%%KEY%%', 0, 2 ],
    login_templates   => [ 'http', '%%DIR%%', 0, 2 ],
    login_portal      => [ 'portal', '', 1 ],
);

for my $directive (sort keys %many) {
    my ($where, $value, @counts) = @{ $many{$directive} };

    next if $where eq 'portal';

    for my $n (@counts) {
        my $line = join ' ', $directive, ($value) x $n;

        refused(around($where => "$line;"),
            "invalid number of arguments in \"$directive\" directive",
            "$directive with $n values");
    }

    # a second line; that of the store and key stand in every test

    next if $directive eq 'login_require';

    my $twice = join ' ', ("$directive $value;") x 2;

    refused(around($where => $twice),
        "\"$directive\" directive is duplicate", "$directive twice");
}

refused(around() =~ s/login_portal;/login_portal on;/r,
    'invalid number of arguments in "login_portal" directive',
    'login_portal with a value');
refused(around() =~ s/login_portal;/login_portal; login_portal;/r,
    '"login_portal" directive is duplicate', 'login_portal twice');


# --- where

my @all = qw(main events http server location if limit_except upstream);
my %allowed = (
    login             => [ qw(http server location limit_except) ],
    login_redirect    => [ qw(http server location) ],
    login_require     => [ qw(http server location) ],
    login_portal      => [ qw(location) ],
    login_portal_url  => [ qw(http server) ],
    login_return_host => [ qw(http server) ],
    login_cookie      => [ qw(http server) ],
    login_session     => [ qw(http) ],
    login_hash        => [ qw(http) ],
    login_limit       => [ qw(http) ],
    login_store       => [ qw(http) ],
    login_key         => [ qw(http) ],
    login_templates   => [ qw(http) ],
);

for my $directive (sort keys %allowed) {
    my $line = "$directive $many{$directive}[1];";

    for my $where (@all) {
        next if grep { $_ eq $where } @{ $allowed{$directive} };

        my $message = "\"$directive\" directive is not allowed here";

        if ($where eq 'main' || $where eq 'events') {
            refused(around(), $message, "$directive in $where",
                    $where => $line);
            next;
        }

        my $conf = around(
            $where eq 'http'           ? (http => $line)
            : $where eq 'server'       ? (server => $line)
            : $where eq 'location'     ? (location => $line)
            : $where eq 'if'           ? (location => "if (\$a) { $line }")
            : $where eq 'limit_except' ?
                (location => "limit_except GET { $line }")
            : (http => "upstream u { server 127.0.0.1; $line }"));

        $conf =~ s/login_portal;(?=.*login_portal;)//s
            if $directive eq 'login_portal' && $where eq 'location';

        refused($conf, $message,
                "$directive in $where");
    }

    next if $directive eq 'login_portal';

    for my $where (qw(http server location)) {
        next unless grep { $_ eq $where } @{ $allowed{$directive} };

        my $url = "http://localhost:%%PORT%%/login/";
        my $good = $line =~ s{http://localhost/login/}{$url}r;
        my $conf = around($where => $good);

        $conf =~ s/    login on;\n// if $directive eq 'login'
            && $where eq 'server';

        # each test has these at http

        $conf = $directive eq 'login_store' ? "login_key %%KEY%%;$conf"
            : $directive eq 'login_key' ? "login_store %%STORE%%;$conf"
            : $conf;

        $t->conf_ok($conf, "$directive in $where", limit => '',
                    no_store => scalar $directive =~ /_(?:store|key)$/);
    }
}


# --- where the portal stands

for my $location ('/login', '= /login/', '= /', '~ ^/login/', '~* /login/$',
                  '@login', '/login/x', '""', 'login/')
{
    my ($name) = $location =~ /(\S+)$/;

    $name =~ s/^""$//;

    refused(around() =~ s{location /login/}{location $location}r,
        qr{"login_portal"\ directive\ in\ location\ "\Q$name\E"\ must\ be
            \ in\ a\ plain\ prefix\ location\ that\ ends\ in\ "/"}x,
        "portal in location $location");
}

for my $location ('/', '^~ /login/', '/a/b/c/', '/log-in_1.2/') {
    my $conf = around() =~ s{location /login/}{location $location}r;

    $t->conf_ok($conf, "portal in location $location");
}

refused(around(location => 'location /x/login/ { login_portal; }')
        =~ s{location /login/ \{ login_portal; \}}{}r,
    '"login_portal" directive in location "/x/login/" must be directly in '
    . 'the server', 'portal in another location');

refused(around(server => 'location /other/ { login_portal; }'),
    qr/"login_portal"\ directive\ is\ in\ location\ "\/other\/"\ of\ this
        \ server\ already/x, 'two portals in a server');

for my $gate (qw(on optional)) {
    refused(around() =~ s/login_portal;/login_portal; login $gate;/r,
        '"login" directive must not be in location "/login/", which has '
        . '"login_portal"', "login $gate in the portal");
}

$t->conf_ok(around() =~ s/login_portal;/login_portal; login off;/r,
            'login off in the portal');


my $portal = 'location /login/ { login_portal; }';


# --- the portal's URL: what was derived is named where a cookie of the
#     portal does not reach

sub derived {
    my ($url, $server, $name) = @_;

    # certificates are looked for in handshakes

    my $conf = <<"END";
ssl_certificate     %%DIR%%/\$ssl_server_name.crt;
ssl_certificate_key %%DIR%%/\$ssl_server_name.key;

server {
    $server
    location /login/ { login_portal; }
}

server {
    listen 127.0.0.1:%%PORT_other%%;
    server_name not.reached.example;
    login on;
}
END

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    refused($conf,
        "the cookie of the portal \"$url\" does not reach the server name "
        . '"not.reached.example", set "login_cookie domain=..."',
        $name // "$server: $url");
}

my $names = 'server_name example.com;';

derived('http://example.com/login/', $names, 'the default listen');
derived('http://example.com/login/', "listen 80; $names");
derived('http://example.com:8080/login/', "listen 8080; $names");
derived('http://example.com:8080/login/', "listen 8080; listen 81; $names",
        'the first port');
derived('http://example.com/login/', "listen 8080; listen 80; $names",
        'the port of the scheme');
derived('https://example.com/login/', "listen 443 ssl; $names");
derived('https://example.com/login/',
        "listen 443 ssl http2; listen [::]:443 ssl http2; $names");
derived('https://example.com/login/', "listen 80; listen 443 ssl; $names",
        'TLS wins');
derived('https://example.com:8443/login/',
        "listen 80; listen 8443 ssl; $names", 'TLS wins on any port');
derived('https://example.com/login/',
        "listen 8443 ssl; listen 443 ssl; $names");
derived('https://example.com:8443/login/',
        "listen 127.0.0.1:443; listen 8443 ssl; $names",
        '443 without TLS does not count');
derived('http://example.com/login/',
        "listen unix:%%DIR%%/socket; listen 80; $names", 'no socket');

derived('http://a.example.com/login/',
        'server_name a.example.com; login_cookie domain=a.example.com;',
        'one name');
derived('http://b.example/login/',
        'server_name *.b.example b.example; login_cookie domain=b.example;',
        'the exact name');
derived('http://b.example/login/',
        'server_name ~^(.+)\.b\.example$ _ b.example;', 'neither regex nor _');
derived('http://b.example/login/',
        'server_name www.b.* "" b.example;', 'nor a wildcard at the end');
derived('http://a.b.example/login/',
        'server_name a.b.example b.example; login_cookie domain=b.example;',
        'the first of two');
derived('http://b.example/login/', 'server_name B.Example;', 'lower-case');
derived('http://xn--bcher-kva.example/login/',
        'server_name xn--bcher-kva.example;', 'an A-label');
derived('http://127.0.0.1/login/', 'server_name 127.0.0.1;', 'an address');
derived('http://localhost/login/', 'server_name localhost;', 'no dot');

derived('https://login.example/login/',
        'listen 80; server_name login.example; '
        . 'login_portal_url https://login.example/login/;',
        'what is set wins');

for my $server ('', 'server_name _;', 'server_name "";',
                'server_name *.example.com;', 'server_name .example.com;',
                'server_name ~^(.+)$;', 'server_name www.example.*;',
                "listen unix:%%DIR%%/socket; $names")
{
    refused("server { $server login on; location /login/ { login_portal; } }",
        'the URL of the portal in location "/login/" cannot be derived, set '
        . '"login_portal_url"', "no URL from \"$server\"");

    $t->conf_ok(<<"END", "but with one: \"$server\"");
server {
    ${\ ($server =~ /listen/ ? $server : "listen 127.0.0.1:%%PORT%%; $server")}
    login_portal_url http://example.com/login/;
    login_cookie domain=example.com;
    location /login/ { login_portal; }
}
END
}

refused("server { server_name exa_mple.com; $portal }",
    'the URL of the portal in location "/login/" cannot be derived',
    'a name that no URL can have');

for my $url ('example.com', 'example.com/login/', '/login/', '//example.com/',
             'https://', 'https:///login/', 'ftp://example.com/login/',
             'HTTPS://example.com/login/', 'https://Example.com/login/',
             'https://user@example.com/login/', 'https://example.com',
             'https://example.com/login', 'https://example.com/login/?x',
             'https://example.com/login/?/', 'https://example.com/login/#/',
             'https://example.com:0/login/', 'https://example.com:/login/',
             'https://example.com:65536/login/', 'https://example.com:x/',
             'https://exa mple.com/login/', 'https://exa_mple.com/login/',
             'https://example.com/../login/', 'https://example.com/a\login/',
             "https://ex\xc3\xa4mple.com/login/", 'javascript:alert(1)//',
             'https://1/login/', 'https://[::1/login/',
             'https://$host/login/')
{
    refused(around(server => "login_portal_url \"$url\";"),
        qr/invalid\ URL\ "\Q$url\E"\ of\ the\ portal,\ "login_portal_url"
            \ must\ be\ like/x, "login_portal_url $url");
}

for my $url ('https://localhost/', 'https://localhost/log/',
             'https://localhost/login/x/', 'https://localhost/x/login/',
             'https://localhost/Login/')
{
    refused(around(server => "login_portal_url $url;"),
        "the path of \"login_portal_url\" \"$url\" must be the portal's "
        . 'location, "/login/"', "another path: $url");
}


# --- several servers

sub servers {
    my $n = 0;

    return join '', map {
        $n++;
        "server {\n    listen 127.0.0.1:%%PORT_s$n%%;\n    $_\n}\n"
    } @_;
}

refused(servers('server_name a.example; login on;'),
    '"login" is on, but no location has "login_portal", set '
    . '"login_portal_url"', 'a gate without a portal');

$t->conf_ok(servers('server_name a.example; login off;'),
            'no gate, no portal');

$t->conf_ok(servers("server_name a.example; $portal",
                    'server_name a.example; login on;'),
            'the portal in another server');

$t->conf_ok(servers('server_name a.example; login on;',
                    "server_name a.example; $portal"), 'also behind it');

my $two = servers("server_name a.example; $portal",
                  "server_name b.example; $portal",
                  'server_name b.example; login on;');

refused($two, '"login" is on, but there are several portals, set '
    . '"login_portal_url"', 'which of two portals?');

$t->conf_ok($two =~ s{(.*login on;)}
    {$1 login_portal_url http://b.example:%%PORT_s2%%/login/;}sr,
    'the one that is named');

refused("server { listen 81; server_name a.example; $portal }\n"
        . "server { listen 127.0.0.1:81; server_name a.example; $portal }\n",
    'two servers have the portal "http://a.example:81/login/", set '
    . '"login_portal_url" in one of them', 'two portals of one URL');

refused(servers("server_name a.example; $portal",
                "server_name b.example; $portal")
        =~ s/^/login_portal_url https:\/\/a.example\/login\/;\n/r,
    'two servers have the portal "https://a.example/login/"',
    'a URL for all of them');

# somewhere else, in another configuration

my $away = 'login_portal_url https://login.example.com/login/; '
    . 'login_cookie domain=example.com;';

$t->conf_ok(servers("server_name a.example.com; login on; $away"),
            'a portal elsewhere');
$t->conf_ok(servers("server_name a.example.com; login on; $away",
                    "server_name b.example.com; login on; $away"),
            'for several servers');

for my $order (0, 1) {
    my @servers = ("server_name a.example.com; login on; $away",
                   "server_name b.example; $portal",
                   'server_name b.example; login on;');

    @servers = reverse @servers if $order;

    $t->conf_ok(servers(@servers),
        'the only portal of the configuration, whatever the order');
}

for my $order (0, 1) {
    my @servers = ("server_name a.example.com; login on; $away",
                   'server_name b.example.com; login on;');

    @servers = reverse @servers if $order;

    refused(servers(@servers),
        '"login" is on, but no location has "login_portal"',
        'none in the configuration, whatever the order');
}


# --- the reach of the cookie

sub reach {
    my ($reached, $portal_server, $gate, $name) = @_;

    my $conf = servers("$portal_server $portal", "$gate login on;");

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    return $t->conf_ok($conf, $name // "$gate is reached") if $reached;

    my ($host) = $gate =~ /server_name \*?(\S+?);/;

    refused($conf, qr/does\ not\ reach\ the\ server\ name\ "\Q$host\E",\ set
        \ "login_cookie\ domain=/x, $name // "$gate is not reached");
}

my $domain = 'login_cookie domain=example.com;';

reach(1, 'server_name example.com;', 'server_name example.com;');
reach(0, 'server_name example.com;', 'server_name www.example.com;');
reach(0, 'server_name example.com;', 'server_name *.example.com;');
reach(0, 'server_name example.com;', 'server_name example.org;');
reach(1, 'server_name example.com;', 'server_name _;');
reach(1, 'server_name example.com;', 'server_name "";');
reach(1, 'server_name example.com;', 'server_name ~^.+$;');
reach(1, "server_name example.com; $domain",
      "server_name www.example.com; $domain");
reach(1, "server_name login.example.com; $domain",
      "server_name a.b.example.com example.com; $domain");
reach(1, "server_name login.example.com; $domain",
      "server_name *.example.com; $domain");
reach(1, "server_name login.example.com; $domain",
      "server_name .example.com; $domain");
reach(0, "server_name login.example.com; $domain",
      "server_name notexample.com; $domain");
reach(0, "server_name login.example.com; $domain",
      "server_name example.com.evil; $domain");
reach(0, "server_name login.example.com; $domain",
      "server_name example.org; $domain");

refused(servers("server_name example.com www.example.com; $portal"),
    'does not reach the server name "www.example.com"',
    'a second name of the portal\'s own server');

refused(servers("server_name login.example.org; $domain $portal"),
    'does not reach the server name "login.example.org"',
    'a domain that is not the portal\'s');

$t->conf_ok(servers("server_name example.com; $portal",
                    'server_name www.example.com;'),
            'a server without a gate needs no cookie');

# a cookie that the portal does not set

for my $gate ($domain, 'login_cookie name=other;', "login_cookie name=other "
              . 'domain=example.com;')
{
    refused(servers("server_name example.com; $portal",
                    "server_name example.com; $gate login on;"),
        qr/"login_cookie" .* portal "http:\/\/example\.com:\d+\/login\/"/,
        "other cookies at the gate: $gate");
}

$t->conf_ok(servers("server_name example.com; $portal",
                    "server_name example.com; login on; "
                    . 'login_cookie name=login;'),
            'the same, written out');

# SameSite=None is for https

for my $server ("$portal login_cookie samesite=none;",
                "$portal login on; login_cookie samesite=none;")
{
    refused(servers("server_name example.com; $server"),
        qr/"login_cookie"\ with\ "samesite=none"\ needs\ https,\ but\ the
            \ portal\ is\ "http:\/\/example\.com:\d+\/login\/"/x,
        'samesite=none over http');
}

$t->conf_ok(servers("server_name example.com; $portal "
                    . 'login_portal_url https://example.com/login/; '
                    . 'login_cookie samesite=none;'),
            'samesite=none over https');


# --- keys and store, with what is to be done about it

{
    my $key = $t->read_file('login.key');
    my $file = $t->dir . '/other.key';
    my $conf = "login_store %%STORE%%;\nlogin_key $file;\n" . around();
    my %none = (no_store => 1);

    refused($conf, qr/"\Q$file\E" failed, run "nginx-login .*init"/,
            'no key file', %none, nowhere => 1);

    my $hex = '0123456789abcdef' x 4;
    my %empty = (
        'an empty key file'  => '',
        'comments only'      => "# no key\n\n",
    );

    for my $what (sort keys %empty) {
        $t->write_file($file, $empty{$what});
        chmod 0600, $file;
        refused($conf, qr/"login_key" file "\Q$file\E" has no key, /, $what,
                %none, nowhere => 1);
    }

    my %bad = (
        'a short key'        => substr($hex, 1) . "\n",
        'a long key'         => "${hex}0\n",
        'no hexadecimals'    => 'g' x 64 . "\n",
        'two on a line'      => "$hex $hex\n",
        'the same key twice' => "$hex\n$hex\n",
        'a NUL'              => "$hex\0\n",
    );

    for my $what (sort keys %bad) {
        $t->write_file($file, $bad{$what});
        chmod 0600, $file;
        refused($conf, qr/ in \Q$file\E:\d+$/, $what, %none);
    }

    $t->write_file($file, "# comment\n\n$hex\n$key");
    chmod 0600, $file;
    $t->conf_ok($conf, 'keys, newest first', %none);

    for my $mode (0644, 0640, 0604, 0660, 0602) {
        chmod $mode, $file;
        refused($conf, "\"login_key\" file \"$file\" is open to others, run "
            . "\"chmod 600 $file\"", sprintf('mode %o', $mode),
            %none, nowhere => 1);
    }

    $t->write_file($file, "$hex\n" x 5000);
    chmod 0600, $file;
    refused($conf, qr/"\Q$file\E" is not a regular file of at most/,
            'a large key file', %none, nowhere => 1);

    unlink $file;
    mkdir $file;
    refused($conf, qr/"\Q$file\E" is not a regular file/, 'a folder', %none,
            nowhere => 1);
    rmdir $file;
}

{
    my $dir = $t->dir . '/stores';
    my $store = "$dir/store";
    my $conf = "login_store $store;\nlogin_key %%KEY%%;\n" . around();
    my %none = (no_store => 1, nowhere => 1);

    mkdir $dir;
    chmod 0755, $dir;

    my $no = sub {
        my ($what, $message) = @_;

        refused($conf, qr/"login_store" .*"\Q$store\E.*?".*$message/, $what,
                %none);
    };

    $no->('no store', qr/nginx-login.* init/);

    $t->write_file($store, 'x');
    $no->('a file in its place', qr//);
    unlink $store;

    mkdir $store;
    $no->('an empty folder', qr//);
    rmdir $store;

    system('cp', '-a', $t->store, $store) == 0 or die;
    $t->conf_ok($conf, 'a copy of a good one', no_store => 1);

    chmod 0755, $store;
    $no->('open to others', qr/chmod|0?700/);
    chmod 0700, $store;

    SKIP: {
        skip 'not root', 1 if $> != 0;

        my (undef, undef, undef, undef, $uid, $gid) = stat $store;

        chown 0, 0, $store;
        $no->('of somebody else', qr/chown|belongs?|owner/);
        chown $uid, $gid, $store;
    }

    $t->conf_ok($conf, 'and as it was', no_store => 1);
    remove_tree($store);
}


# --- without any gate nothing is needed

$t->conf_ok('server { listen 127.0.0.1:%%PORT%%; }',
            'the module alone needs neither store nor key', no_store => 1);
$t->conf_ok('login_store /nowhere; login_key /nowhere;'
            . 'server { listen 127.0.0.1:%%PORT%%; login off; }',
            'and looks at none', no_store => 1);

done_testing();
