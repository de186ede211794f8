#!/usr/bin/perl

# What a location requires, in forty configurations: "nginx-login gates" says
# it, requests without and with a session get it, and docs/inheritance.md is
# written from it (LOGIN_PRINT=1 perl -It/lib t/gate-inherit.t).

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Path qw(make_path);
use JSON::PP;

use Login::Docs;
use Login::Test;


# Each has a title, what stands in its "server" (or whole servers, or also
# "http"), and rows: a location as "gates" names it, "login", what it
# requires, and a request with its status for nobody, for bob, and for ann,
# who has the role "admin".  "..." is one more request of the row above; a
# request "-" can't be made.

my @configs;

sub config {
    my ($title, $conf, $rows, %opt) = @_;

    push @configs, { %opt, title => $title, conf => $conf, rows => $rows };
}


# --- the server and its locations

config 'nothing is set', <<'CONF', <<'ROWS';
location /a/ { }
CONF
(no location)  off  -  /x    200 200 200
/a/            off  -  /a/x  200 200 200
ROWS

config 'a server guards its locations, and what is in none of them',
    <<'CONF', <<'ROWS';
login on;

location /a/ { }
CONF
(no location)  on  -  /x    302 200 200
/a/            on  -  /a/x  302 200 200
ROWS

config 'where `/` is a location, nothing is left to the server',
    <<'CONF', <<'ROWS';
login off;

location / { login on; }
CONF
/  on  -  /x  302 200 200
ROWS

config 'off inside on', <<'CONF', <<'ROWS';
login on;

location / { }
location = /health { login off; }
CONF
/          on   -  /x        302 200 200
= /health  off  -  /health   200 200 200
...        -    -  /healthy  302 200 200
ROWS

config 'on inside off', <<'CONF', <<'ROWS';
location / { }
location /admin/ { login on; }
CONF
/        off  -  /x        200 200 200
/admin/  on   -  /admin/x  302 200 200
...      -    -  /admin    301 301 301
ROWS

config 'optional lets everybody through', <<'CONF', <<'ROWS';
login optional;

location / { }
location /a/ { login on; }
location /b/ { login off; }
CONF
/     optional  -  /x    200 200 200
/a/   on        -  /a/x  302 200 200
/b/   off       -  /b/x  200 200 200
ROWS

config 'optional inside on', <<'CONF', <<'ROWS';
login on;

location / { }
location /shop/ { login optional; }
CONF
/        on        -  /x       302 200 200
/shop/   optional  -  /shop/x  200 200 200
ROWS


# --- nested locations

config 'a nested location inherits from the one that it is in',
    <<'CONF', <<'ROWS';
login on;

location /a/ {
    login off;

    location /a/b/ { }
}
CONF
(no location)  on   -  /x      302 200 200
/a/            off  -  /a/x    200 200 200
/a/ > /a/b/    off  -  /a/b/x  200 200 200
ROWS

config 'on, off and on, one in the other', <<'CONF', <<'ROWS';
login on;

location /a/ {
    login off;

    location /a/b/ {
        login on;
    }
}
CONF
(no location)  on   -  /x      302 200 200
/a/            off  -  /a/x    200 200 200
/a/ > /a/b/    on   -  /a/b/x  302 200 200
ROWS

config 'four levels deep', <<'CONF', <<'ROWS';
location /a/ {
    location /a/b/ {
        login on;

        location /a/b/c/ {
            location = /a/b/c/d { login off; }
        }
    }
}
CONF
(no location)                               off  -  /x        200 200 200
/a/                                         off  -  /a/x      200 200 200
/a/ > /a/b/                                 on   -  /a/b/x    302 200 200
/a/ > /a/b/ > /a/b/c/                       on   -  /a/b/c/x  302 200 200
/a/ > /a/b/ > /a/b/c/ > = /a/b/c/d          off  -  /a/b/c/d  200 200 200
ROWS

config 'the longest prefix counts, in whatever order', <<'CONF', <<'ROWS';
location /a/b/ { login on; }
location /a/ { }
location / { login on; }
CONF
/a/b/  on   -  /a/b/x  302 200 200
/a/    off  -  /a/x    200 200 200
/      on   -  /x      302 200 200
ROWS

config 'a prefix without a slash matches more than a folder',
    <<'CONF', <<'ROWS';
login on;

location / { }
location /public { login off; }
CONF
/        on   -  /x           302 200 200
/public  off  -  /public/x    200 200 200
...      -    -  /public-not  200 200 200
ROWS


# --- regular expressions, exact ones, "^~"

config 'a regular expression goes before a prefix', <<'CONF', <<'ROWS';
location /private/ { login on; }
location ~ \.css$ { }
CONF
(no location)  off  -  /x            200 200 200
/private/      on   -  /private/x    302 200 200
~ \.css$       off  -  /private/css.css  200 200 200
ROWS

config '`^~` keeps regular expressions away', <<'CONF', <<'ROWS';
location ^~ /private/ { login on; }
location ~ \.css$ { }
CONF
(no location)   off  -  /x                200 200 200
^~ /private/    on   -  /private/css.css  302 200 200
~ \.css$        off  -  /css.css          200 200 200
ROWS

config '`=` goes before everything', <<'CONF', <<'ROWS';
login on;

location /a/ { }
location ~ ^/a { }
location = /a/open { login off; }
CONF
(no location)  on   -  /x       302 200 200
/a/            on   -  -        -
~ ^/a          on   -  /a/x     302 200 200
= /a/open      off  -  /a/open  200 200 200
ROWS

config 'of two regular expressions, the first counts', <<'CONF', <<'ROWS';
location ~ ^/a { login on; }
location ~* \.GIF$ { }
CONF
(no location)  off  -  /x      200 200 200
~ ^/a          on   -  /a.gif  302 200 200
~ \.GIF$       off  -  /b.gif  200 200 200
ROWS

config 'a regular expression in a prefix inherits from it',
    <<'CONF', <<'ROWS';
location /a/ {
    login on;

    location ~ \.css$ { }
}
CONF
(no location)   off  -  /x        200 200 200
/a/             on   -  /a/x      302 200 200
/a/ > ~ \.css$  on   -  /a/c.css  302 200 200
...             -    -  /c.css    200 200 200
ROWS

config 'and goes before a regular expression of the server', <<'CONF', <<'ROWS';
login on;

location /a/ {
    location ~ \.css$ { login off; }
}

location ~ \.css$ { }
CONF
(no location)   on   -  /x        302 200 200
/a/             on   -  /a/x      302 200 200
/a/ > ~ \.css$  off  -  /a/c.css  200 200 200
~ \.css$        on   -  /c.css    302 200 200
ROWS


# --- "if" and "limit_except"

config 'an `if` is as its location', <<'CONF', <<'ROWS';
location / { }

location /a/ {
    login on;

    if ($arg_one) { add_header X-One yes; }
    if ($arg_two) { return 200 "two"; }
}
CONF
/         off  -  /x          200 200 200
/a/       on   -  /a/x        302 200 200
/a/ > if  on   -  /a/x?one=1  302 200 200
/a/ > if  on   -  /a/x?two=1  302 200 200
ROWS

config 'everybody reads, and who is signed in writes',
    <<'CONF', <<'ROWS';
location / {
    limit_except GET { login on; }

    proxy_pass http://127.0.0.1:3000;
}
CONF
/                          off  -  /x         200 200 200
...                        -    -  HEAD /x    200 200 200
/ > limit_except GET HEAD  on   -  POST /x    401 200 200
...                        -    -  DELETE /x  401 200 200
...                        -    -  FOO /x     401 200 200
ROWS

config 'the other way round, everybody writes', <<'CONF', <<'ROWS';
login on;

location / {
    limit_except GET { login off; }

    proxy_pass http://127.0.0.1:3000;
}
CONF
/                          on   -  /x       302 200 200
/ > limit_except GET HEAD  off  -  POST /x  200 200 200
ROWS

config '`limit_except` without a line of its own', <<'CONF', <<'ROWS';
login on;
login_require role=admin;

location / {
    limit_except GET POST { allow all; }

    proxy_pass http://127.0.0.1:3000;
}
CONF
/                               on  role=admin  POST /x  401 403 200
/ > limit_except GET HEAD POST  on  role=admin  PUT /x   401 403 200
ROWS


# --- "login_require"

config 'conditions are inherited', <<'CONF', <<'ROWS';
login on;
login_require role=admin;

location /a/ {
    location /a/b/ { }
}
CONF
(no location)  on  role=admin  /x      302 403 200
/a/            on  role=admin  /a/x    302 403 200
/a/ > /a/b/    on  role=admin  /a/b/x  302 403 200
ROWS

config 'inner ones take the place of all outer ones', <<'CONF', <<'ROWS';
login on;
login_require role=admin;
login_require user=ann@example.com,bob@example.com;

location / { }
location /bob/ { login_require user=bob@example.com; }
CONF
/      on  role=admin; user=ann@example.com,bob@example.com  /x  302 403 200
/bob/  on  user=bob@example.com  /bob/x  302 200 403
ROWS

config 'a location without `login` has no conditions', <<'CONF', <<'ROWS';
login on;
login_require role=admin;

location / { }
location /open/ { login off; }
location /hello/ { login optional; }
CONF
/        on        role=admin  /x        302 403 200
/open/   off       -           /open/x   200 200 200
/hello/  optional  -           /hello/x  200 200 200
ROWS

config 'where `login` is on again, its conditions are back', <<'CONF', <<'ROWS';
login on;
login_require role=admin;

location /open/ {
    login off;

    location /open/not/ { login on; }
}
CONF
(no location)         on   role=admin  /x           302 403 200
/open/                off  -           /open/x      200 200 200
/open/ > /open/not/   on   role=admin  /open/not/x  302 403 200
ROWS

config 'conditions of a nested location are its own', <<'CONF', <<'ROWS';
login on;

location /a/ {
    location /a/b/ { login_require role=admin; }
    location ~ \.css$ { }
}
CONF
(no location)   on  -           /x        302 200 200
/a/             on  -           /a/x      302 200 200
/a/ > /a/b/     on  role=admin  /a/b/x    302 403 200
/a/ > ~ \.css$  on  -           /a/c.css  302 200 200
ROWS


# --- "satisfy"

config 'one of `login` and `allow`', <<'CONF', <<'ROWS';
login on;

location /here/ { satisfy any; allow 127.0.0.1; deny all; }
location /away/ { satisfy any; allow 192.0.2.1; deny all; }
location / { satisfy any; allow 192.0.2.1; deny all;
             login_require role=admin; }
CONF
/here/  on  (satisfy any)             /here/x  200 200 200
/away/  on  (satisfy any)             /away/x  302 200 200
/       on  role=admin (satisfy any)  /x       302 403 200
ROWS

config 'both of them; `satisfy` is inherited as well', <<'CONF', <<'ROWS';
login on;
satisfy any;
allow 192.0.2.1;
deny all;

location /a/ { }
location /b/ { satisfy all; }
CONF
(no location)  on  (satisfy any)  /x    302 200 200
/a/            on  (satisfy any)  /a/x  302 200 200
/b/            on  -              /b/x  302 403 403
ROWS


# --- other ways to a location

config 'a named location: each one on the way must grant',
    <<'CONF', <<'ROWS';
location / { login on; try_files $uri @app; }
location /open/ { try_files $uri @gated; }

location @app { return 200 "canary"; }
location @gated { login on; return 200 "canary"; }
CONF
/        on   -  /x          302 200 200
/open/   off  -  /open/x     200 200 200
@app     off  -  /none       302 200 200
@gated   on   -  /open/none  302 200 200
ROWS

config 'an error page', <<'CONF', <<'ROWS';
location / { error_page 404 /gated/x; }
location /gated/ { login on; error_page 404 /404; }
location = /404 { internal; }
CONF
/                  off  -  /none         302 404 404
...                -    -  /x            200 200 200
/gated/            on   -  /gated/x      302 200 200
= /404 (internal)  off  -  /gated/none   302 404 404
...                -    -  /404          404 404 404
ROWS

config 'an index', <<'CONF', <<'ROWS';
location / { index page.html; }
location = /page.html { login on; }
CONF
/             off  -  /x          200 200 200
= /page.html  on   -  /page.html  302 200 200
...           -    -  /           302 200 200
ROWS

config '`rewrite` from one location into another', <<'CONF', <<'ROWS';
location / { }
location /in { rewrite ^ /gated/x last; }
location /out { login on; rewrite ^ /x last; }
location /gated/ { login on; }
CONF
/        off  -  /x        200 200 200
/in      off  -  /in       302 200 200
/out     on   -  /out      302 200 200
/gated/  on   -  /gated/x  302 200 200
ROWS

config '`internal` locations', <<'CONF', <<'ROWS';
location / { try_files /none /inner$uri; }

location /inner/ {
    internal;
    login on;

    location /inner/a/ { login_require role=admin; }
}
CONF
/                                off  -           -         -
/inner/ (internal)               on   -           /x        302 200 200
/inner/ > /inner/a/ (internal)   on   role=admin  /a/x      302 403 200
...                              -    -           /inner/x  404 404 404
ROWS


# --- the portal

config 'the portal is open, and nothing else because of that',
    <<'CONF', <<'ROWS';
login on;

location / { }

location /login/ {
    login_portal;

    location /login/help/ { }
}
CONF
/                        on      -  /x             302 200 200
/login/                  portal  -  /login/        200 303 303
/login/ > /login/help/   on      -  /login/help/x  302 200 200
ROWS

config 'an `if` in the portal is open, unless something else answers there',
    <<'CONF', <<'ROWS';
login on;

location / { }

location /login/ {
    login_portal;

    if ($arg_one) { add_header X-One yes; }
    if ($arg_two) { proxy_pass http://127.0.0.1:3000; }
}
CONF
/             on      -  /x             302 200 200
/login/       portal  -  /login/        200 303 303
/login/ > if  portal  -  /login/?one=1  200 303 303
/login/ > if  on      -  /login/?two=1  302 200 200
ROWS


# --- several servers

config 'servers know nothing of each other', <<'CONF', <<'ROWS';
server {
    server_name example.com;

    location / { login on; }
}

server {
    server_name open.example.com;

    location / { }
}
CONF
example.com /       on   -  example.com/x       302 200 200
open.example.com /  off  -  open.example.com/x  200 200 200
ROWS

config 'a server of several names', <<'CONF', <<'ROWS';
server {
    server_name example.com *.wild.example.com ~^r\d\.example\.com$;

    location / { login on; }
}
CONF
example.com /  on  -  example.com/x         302 200 200
...            -   -  a.wild.example.com/x  302 200 200
...            -   -  r1.example.com/x      302 200 200
ROWS

config 'one line for all servers', <<'CONF', <<'ROWS',
server {
    server_name example.com;

    location / { }
}

server {
    server_name open.example.com;
    login off;

    location / { }
    location /a/ { login on; }
}
CONF
example.com /         on   -  example.com/x         302 200 200
open.example.com /    off  -  open.example.com/x    200 200 200
open.example.com /a/  on   -  open.example.com/a/x  302 200 200
ROWS
    http => "login on;\n";

config 'conditions for all servers', <<'CONF', <<'ROWS',
server {
    server_name example.com;

    location / { }
    location /bob/ { login_require user=bob@example.com; }
}

server {
    server_name all.example.com;
    login_require org=default;

    location / { }
    location /hello/ { login optional; }
}
CONF
example.com /            on  role=admin  example.com/x      302 403 200
example.com /bob/  on  user=bob@example.com  example.com/bob/x  302 200 403
all.example.com /        on  org=default  all.example.com/x  302 200 200
all.example.com /hello/  optional  -      all.example.com/hello/x  200 200 200
ROWS
    http => "login on;\nlogin_require role=admin;\n";


# --- what the rows say

my $number = 0;

for my $config (@configs) {
    $config->{host} = sprintf 'c%02d.example.test', ++$number;
    $config->{whole} = $config->{conf} =~ /^server \{/m;
    $config->{own} = $config->{conf} =~ /login_portal;/;

    my $location;
    my @rows;

    for my $line (split /\n/, $config->{rows}) {
        my ($name, $login, $require, $request, $statuses) =
            split /\s{2,}/, $line;
        my ($method, $target) = $request =~ /^(?:([A-Z]+) )?(.*)/;

        push @rows, {
            location => $name,
            login    => $login,
            require  => $require eq '-' ? '' : $require,
            request  => $request,
            method   => $method // 'GET',
            target   => $config->{whole} ? $target
                : "example.com$target",
            statuses => [split ' ', $statuses],
        };
    }

    $config->{rows} = \@rows;
}


# The names of one configuration, which all have "example.com" in the text.

sub own_names {
    my ($config, $text) = @_;

    my $escaped = $config->{host} =~ s/\./\\./gr;

    return $text =~ s/example\\\.com/$escaped/gr =~
        s/(?<!@)example\.com/$config->{host}/gr;
}


sub servers {
    my ($config) = @_;

    my $text = own_names($config, $config->{conf});
    my $lines = "listen 127.0.0.1:%%PORT%%;\nroot %%DIR%%/html;\n";

    $lines .= "login_portal_url http://login.example.test:%%PORT%%/login/;\n"
        unless $config->{own};

    $text =~ s/127\.0\.0\.1:3000/127.0.0.1:%%PORT_app%%/g;

    return $text =~ s/^server \{/server {\n$lines/gmr if $config->{whole};
    return "server {\n${lines}server_name $config->{host};\n$text}\n";
}


# --- one nginx for all that have the same lines in "http"

my $password = 'correct horse battery staple';
my %sets;

push @{ $sets{$_->{http} // ''} }, $_ for @configs;

sub run_set {
    my ($http, $set) = @_;

    my $t = Login::Test->new(
        http => 'login_hash memory=1m passes=1; '
                . 'login_cookie domain=example.test;'
                . 'server_names_hash_bucket_size 128;',
    );

    $t->add_user('bob@example.com', $password);
    $t->add_user('ann@example.com', $password, '--role', 'admin');

    for my $row (map { @{ $_->{rows} } } @$set) {
        my ($file) = $row->{target} =~ m{^[^/]*(/[^?]*)} or next;

        next if $file =~ m{/$|/none$|/login/$};

        for my $path ("html$file", "html/inner$file") {
            make_path($t->dir . '/' . dirname $path);
            $t->write_file($path, 'canary') unless -d $t->dir . "/$path";
        }
    }

    unlink $t->dir . '/html/404';
    $t->write_file('html/page.html', 'canary');

    $t->run(<<"END" . join "\n", $http, map { servers($_) } @$set);
server {
    listen 127.0.0.1:%%PORT%%;
    server_name login.example.test;
    login off;
    location /login/ { login_portal; }
}

server {
    listen 127.0.0.1:%%PORT_app%%;
    login off;
    return 200 "canary";
}
END

    return $t;
}


# Browsers of nobody, bob and ann, signed in at one portal.

sub browsers {
    my ($t, $host) = @_;

    my @browsers = map {
        Login::Browser->new(port => $t->port, host => $host)
    } 1 .. 3;

    for my $i (1, 2) {
        my $user = (qw(- bob ann))[$i] . '@example.com';
        my $answer = $browsers[$i]->sign_in($user, $password);

        die "$user could not sign in at $host\n" if $answer->status != 303;
    }

    return \@browsers;
}


# --- a location as the table for people names it

my %marks = ('^~' => '^~ ', '=' => '= ', regex => '~ ');

sub label {
    my ($gate, $config) = @_;

    my @outer = @{ $gate->{within} };
    my $own = $gate->{kind} eq 'server' ? '(no location)'
        : $gate->{kind} eq 'if' ? 'if'
        : $gate->{kind} eq 'limit_except' ?
            "limit_except @{ $gate->{methods} }"
        : ($marks{ $gate->{kind} } // '') . $gate->{location};

    $own .= ' (internal)' if $gate->{internal} && $gate->{kind} ne 'named';

    return ($config->{whole} ? "$gate->{server} " : '')
        . join ' > ', @outer, $own;
}


sub requires {
    my ($gate) = @_;

    return join ' ', join('; ', @{ $gate->{require} }) || (),
        $gate->{login} eq 'on' && $gate->{satisfy} eq 'any'
            ? '(satisfy any)' : ();
}


sub check_gates {
    my ($config, $gates) = @_;

    my @own = grep { $_->{server} =~ /(?:^|\.)\Q$config->{host}\E$/ } @$gates;
    my @seen = map { join '|', label($_, $config), $_->{login}, requires($_) }
        @own;
    my @expected = map {
        join '|', own_names($config, $_->{location}), $_->{login},
            $_->{require}
    } grep { $_->{location} ne '...' } @{ $config->{rows} };

    is_deeply(\@seen, \@expected, 'gates');
}


sub check_request {
    my ($config, $row, $browsers) = @_;

    my ($host, $path) = own_names($config, $row->{target}) =~ m{^([^/]*)(.*)};
    my @seen;

    for my $browser (@$browsers) {
        $browser = $browser->clone;
        $browser->{host} = $host;

        my $answer = $browser->request($row->{method}, $path);
        my $content = $answer->body =~ /canary|^two$/;

        # what was refused came without a byte of what is there

        push @seen, $answer->status
            . ($content && $answer->status =~ /^(?:30|40[13])/
               ? ' with content' : '');
    }

    is_deeply(\@seen, $row->{statuses}, $row->{request});
}


# --- what is written of it

sub cell {
    my ($text, $code) = @_;

    $text =~ s/\|/\\|/g;

    return $text eq '' || $text eq '-' ? '' : $code ? "`$text`" : $text;
}


sub markdown {
    my ($config, $n) = @_;

    my $conf = ($config->{http} ? "$config->{http}\n" : '') . $config->{conf};
    my $title = ucfirst $config->{title};
    my $text = "### $n. $title\n\n```nginx\n$conf```\n\n"
        . '| location | login | requires | request | nobody | bob | ann |'
        . "\n| --- | --- | --- | --- | --- | --- | --- |\n";

    for my $row (@{ $config->{rows} }) {
        my $more = $row->{location} eq '...';
        my @statuses = @{ $row->{statuses} };

        @statuses = ('') x 3 if @statuses == 1;

        $text .= '| ' . join(' | ',
            $more ? '' : cell($row->{location}, 1), cell($row->{login}),
            cell($row->{require}, 1), cell($row->{request}, 1),
            @statuses) . " |\n";
    }

    return $text =~ s/ +\|/ |/gr;
}


is(scalar @configs, 40, 'forty configurations');

for my $http (sort keys %sets) {
    my $t = run_set($http, $sets{$http});
    my $main = browsers($t, 'login.example.test');

    ok(wait_for(sub { ($t->cli('gates'))[0] == 0 }), 'nginx has written')
        or next;

    my $gates = decode_json($t->cli_ok('gates', '--json'));

    for my $config (@{ $sets{$http} }) {
        subtest $config->{title} => sub {
            my $browsers = $config->{own} ? browsers($t, $config->{host})
                : $main;

            check_gates($config, $gates);

            for my $row (@{ $config->{rows} }) {
                check_request($config, $row, $browsers)
                    unless $row->{request} eq '-';
            }
        };
    }
}

$number = 0;

Login::Docs::section('inheritance.md', 'table',
                     join "\n", map { markdown($_, ++$number) } @configs);

done_testing;
