#!/usr/bin/perl

# Each of nginx's handlers of files behind the gate.  The same locations stand
# in three servers: one with the gate, one with "satisfy any", and one without
# a gate, which shows that there is something to be seen.

use strict;
use warnings;

use Digest::MD5 qw(md5_base64);
use IO::Compress::Gzip qw(gzip);

use Login::Kinds;
use Login::Test;


my $password = 'correct horse battery staple';

my $t = Login::Test->new(
    accounts => { 'ann@example.com' => $password },
    http     => 'login_hash memory=1m passes=1;',
);

mkdir $t->dir . "/$_"
    for qw(html html/index html/list html/random html/gz html/parts);

$t->write_file('html/file.txt', "canary of a file\n");
$t->write_file('html/index/first.html', "canary of an index\n");
$t->write_file('html/list/canary.txt', 'x');
$t->write_file('html/random/a.txt', "canary by chance\n");
$t->write_file('html/parts/plain.html', "a page\n");
$t->write_file('html/parts/replace.html', "a bird\n");
$t->write_file('html/parts/every.html', "<b>a page\n");
$t->write_file('html/parts/ssi.html', 'a <!--# include file="one.html" -->'
               . '<!--# include virtual="/parts/one.html" -->'
               . '<!--# set var="x" value="canary" --><!--# echo var="x" -->');
$t->write_file('html/parts/one.html', "canary, included\n");

# not compressed, so that it can be seen in the bytes

gzip(\"canary in a file\n", \my $gz, -Level => 0);

$t->write_file('html/gz/file.txt.gz', $gz);

my $link = md5_base64('/link/ words') =~ tr{+/=}{-_}dr;

my $locations = $t->write_file('locations.conf', $t->expand(<<'END'));
root %%DIR%%/html;
default_type text/plain;

location /file.txt { }
location /alias/ { alias %%DIR%%/html/; }
location /try/ { try_files $uri /file.txt =404; }
location /try-code/ { try_files /none =418; error_page 418 = @named; }
location /try-named/ { try_files /none @named; }
location @named { root %%DIR%%/html; rewrite ^ /file.txt break; }
location /index/ { index none.html first.html; }
location /list/ { autoindex on; }
location /list-json/ {
    autoindex on;
    autoindex_format json;
    alias %%DIR%%/html/list/;
}
location /random/ { random_index on; }
location /gz/ { gzip_static always; }
location /gunzip/ {
    gzip_static always;
    gunzip on;
    alias %%DIR%%/html/gz/;
}
location = /gif { empty_gif; }
location = /status { stub_status; }

location /link/ {
    secure_link $arg_sum;
    secure_link_md5 "/link/ words";
    if ($secure_link = "") { return 403; }
    alias %%DIR%%/html/;
}

location /parts/ { types { text/html html; } }
location = /parts/ssi.html { ssi on; types { text/html html; } }
location = /parts/replace.html {
    sub_filter bird "canary bird";
    types { text/html html; }
}

# filters, which would find something in a refusal as well

location = /parts/every.html {
    sub_filter "<" "canary<";
    sub_filter_once off;
    types { text/html html; }
}
location = /around {
    add_before_body /given;
    add_after_body /given;
    alias %%DIR%%/html/parts/plain.html;
    default_type text/html;
}
location = /given { login off; return 200 "canary, given\n"; }
location = /before {
    add_before_body /parts/one.html;
    alias %%DIR%%/html/parts/plain.html;
    default_type text/html;
}
location = /after {
    add_after_body /parts/one.html;
    alias %%DIR%%/html/parts/plain.html;
    default_type text/html;
}
END

$t->run(<<"END");
server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT_h2%% http2;
    server_name localhost;
    login on;

    include $locations;
    location /login/ { login_portal; }
}

server {
    listen 127.0.0.1:%%PORT_any%%;
    listen 127.0.0.1:%%PORT_any_h2%% http2;
    server_name localhost;
    login_portal_url http://localhost:%%PORT%%/login/;
    login on;
    satisfy any;
    deny all;

    include $locations;
}

server {
    listen 127.0.0.1:%%PORT_open%%;
    listen 127.0.0.1:%%PORT_open_h2%% http2;
    server_name localhost;
    login_portal_url http://localhost:%%PORT%%/login/;

    include $locations;
}
END

my $browser = $t->browser;

is $browser->sign_in('ann@example.com', $password)->status, 303, 'signed in';

my $session = 'Cookie: login=' . $browser->cookie('login');

# what is behind each; all of them answer GET

my %seen = (
    '/file.txt'           => qr/^canary of a file$/m,
    '/alias/file.txt'     => qr/^canary of a file$/m,
    '/try/none'           => qr/^canary of a file$/m,
    '/try/index/'         => qr/^canary of a file$/m,
    '/try-code/'          => qr/^canary of a file$/m,
    '/try-named/'         => qr/^canary of a file$/m,
    '/index/'             => qr/^canary of an index$/m,
    '/list/'              => qr/canary\.txt/,
    '/list-json/'         => qr/"canary\.txt"/,
    '/random/'            => qr/^canary by chance$/m,
    '/gz/file.txt'        => qr/\x1f\x8b.*canary in a file/s,
    '/gunzip/file.txt'    => qr/canary in a file/,
    '/gif'                => qr/GIF89a/,
    '/status'             => qr/Active connections/,
    "/link/file.txt?sum=$link" => qr/^canary of a file$/m,
    '/parts/ssi.html'     => qr/^a canary, included\ncanary, included\ncanary/m,
    '/parts/replace.html' => qr/^a canary bird$/m,
    '/parts/every.html'   => qr/^canary<b>a page$/m,
    '/around'             => qr/^canary, given\na page\ncanary, given$/m,
    '/before'             => qr/^canary, included\na page$/m,
    '/after'              => qr/^a page\ncanary, included$/m,
);


sub ask {
    my ($uri, $port, @lines) = @_;

    return $t->raw("GET $uri HTTP/1.1\r\nHost: localhost\r\n"
                   . join('', map { "$_\r\n" } @lines) . "\r\n",
                   port => $port);
}


for my $uri (sort keys %seen) {
    like ask($uri, 'open')->body, $seen{$uri}, "$uri: without a gate";

    for my $port ('', 'any') {
        sealed($t, $uri, port => $port,
               canary => qr/canary|GIF8|Active connections/i);

        like ask($uri, $port, $session)->body, $seen{$uri},
            "$uri: with a session";

        my ($answer) = ask_h2($t, $uri, [ [ '', 'GET', [ $session ] ] ],
                              port => $port);

        like $answer, $seen{$uri}, "$uri: with a session, HTTP/2";
    }
}

is ask('/link/file.txt?sum=x', '', $session)->status, 403,
    'a wrong link, with a session';


done_testing;
