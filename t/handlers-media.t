#!/usr/bin/perl

# Films behind the gate: parts by time (mp4), by bytes (flv) and by ranges, and
# what is asked for on conditions.

use strict;
use warnings;

use Login::Kinds;
use Login::Test;


my $password = 'correct horse battery staple';

my $t = Login::Test->new(
    accounts => { 'ann@example.com' => $password },
    http     => 'login_hash memory=1m passes=1;',
);

mkdir $t->dir . '/html';


# --- a film of ten seconds, one sample each

sub box {
    my ($type, @content) = @_;

    my $content = join '', @content;

    return pack('N a4', 8 + length $content, $type) . $content;
}


# with a version and flags
sub full_box { my $type = shift; return box($type, pack('N', 0), @_) }


sub film {
    my @samples = map { sprintf "canary of second %d.", $_ } 0 .. 9;
    my $matrix = pack 'N9', 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000;
    my $size = length $samples[0];
    my $type = box('ftyp', 'isom', pack('N', 512), 'isommp41');

    my $moov = sub {
        my ($offset) = @_;

        return box('moov',
            full_box('mvhd', pack('N4 N n x10', 0, 0, 1000, 10000, 0x10000,
                                  0x100), $matrix, "\0" x 24, pack 'N', 2),
            box('trak',
                full_box('tkhd', pack('N5 x8 n4', 0, 0, 1, 0, 10000, 0, 0, 0,
                                      0), $matrix, pack 'N2', 0, 0),
                box('mdia',
                    full_box('mdhd', pack('N4 n2', 0, 0, 1000, 10000, 0, 0)),
                    full_box('hdlr', pack('N', 0), 'vide', "\0" x 12, "x\0"),
                    box('minf',
                        full_box('vmhd', pack('n4', 0, 0, 0, 0)),
                        box('dinf', full_box('dref', pack('N', 1),
                                             full_box('url '))),
                        box('stbl',
                            full_box('stsd', pack('N', 1),
                                     box('mp4v', "\0" x 78)),
                            full_box('stts', pack('N3', 1, 10, 1000)),
                            full_box('stsc', pack('N4', 1, 1, 1, 1)),
                            full_box('stsz', pack('N2 N10', 0, 10,
                                                  ($size) x 10)),
                            full_box('stco', pack('N N10', 10,
                                map { $offset + $_ * $size } 0 .. 9)))))));
    };

    my $offset = length($type) + length($moov->(0)) + 8;

    return $type . $moov->($offset) . box('mdat', @samples);
}


$t->write_file('html/film.mp4', film());
$t->write_file('html/film.flv', "FLV\1\5\0\0\0\11\0\0\0\0"
               . join '', map { "canary of tag $_;" } 0 .. 9);
$t->write_file('html/long.txt', join '', map { "canary of line $_\n" }
               1 .. 2000);

my $locations = $t->write_file('locations.conf', $t->expand(<<'END'));
root %%DIR%%/html;

location = /film.mp4 { mp4; }
location = /film.flv { flv; }
location = /long.txt { }
location = /few { max_ranges 1; alias %%DIR%%/html/long.txt; }
location = /slices {
    slice 1k;
    proxy_set_header Range $slice_range;
    proxy_pass http://127.0.0.1:%%PORT_files%%/long.txt;
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
    include $locations;
}

server {
    listen 127.0.0.1:%%PORT_files%%;
    root %%DIR%%/html;
}
END

my $browser = $t->browser;

is $browser->sign_in('ann@example.com', $password)->status, 303, 'signed in';

my $session = 'Cookie: login=' . $browser->cookie('login');


sub ask {
    my ($uri, $port, @lines) = @_;

    return $t->raw("GET $uri HTTP/1.1\r\nHost: localhost\r\n"
                   . join('', map { "$_\r\n" } @lines) . "\r\n",
                   port => $port);
}


# Nothing of it without a session; with one, what there is without a gate.

sub part {
    my ($uri, $status, $body, @lines) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my $shown = join ', ', $uri, map { /^([^:]+)/ } @lines;

    for my $port ('', 'any') {
        sealed($t, $uri, port => $port, lines => \@lines);

        my $response = ask($uri, $port, @lines, $session);

        is $response->status, $status, "$shown: with a session";
        like $response->body, $body, "$shown: the answer";

        ($response) = Login::Http2->new(
            $t->port(join '_', grep { length } $port, 'h2'))
                ->ask([ 'GET', $uri, [ @lines, $session ] ]);

        is $response->status, $status, "$shown: over HTTP/2";
        like $response->body, $body, "$shown: the same";
    }

    my $open = ask($uri, 'open', @lines);

    is $open->status, $status, "$shown: without a gate";
    like $open->body, $body, "$shown: the same";
}


my $first = qr/^(?=.*ftyp).*canary of second 0/s;
my $later = qr/^(?!.*second 2)(?=.*ftyp).*mdatcanary of second 3\..*second 9/s;

part('/film.mp4', 200, $first);
part('/film.mp4?start=3', 200, $later);
part('/film.mp4?start=3&end=5', 200,
     qr/^(?!.*second [^34]).*second 3\.canary of second 4\.$/s);
part('/film.mp4?start=3', 206, qr/^.{4}ftyp$/s, 'Range: bytes=0-7');

part('/film.flv', 200, qr/^FLV.*tag 0;.*tag 9;/s);
part('/film.flv?start=29', 200, qr/^(?!.*tag 0)FLV\x01\x05.*canary of tag 1;/s);
part('/film.flv?start=29', 206, qr/^9;$/, 'Range: bytes=-2');

my $etag = ask('/long.txt', 'open')->header('ETag');
my $modified = ask('/long.txt', 'open')->header('Last-Modified');

part('/long.txt', 200, qr/^canary of line 1\n.*line 2000\n$/s);
part('/long.txt', 206, qr/^canary of$/, 'Range: bytes=0-8');
part('/long.txt', 206, qr/^\r\n--.*canary of\r\n.*2000\n\r\n/s,
     'Range: bytes=0-8,-5');
part('/few', 200, qr/^canary of line 1\n.*line 2000\n$/s,
     'Range: bytes=0-8,-5');
part('/long.txt', 416, qr/416/, 'Range: bytes=999999-');
part('/long.txt', 206, qr/^canary of$/, 'Range: bytes=0-8',
     "If-Range: $etag");
part('/long.txt', 304, qr/^$/, "If-None-Match: $etag");
part('/long.txt', 304, qr/^$/, "If-Modified-Since: $modified");
part('/long.txt', 412, qr/412/, 'If-Match: "other"');
part('/long.txt', 412, qr/412/,
     'If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT');

part('/slices', 200, qr/^canary of line 1\n.*line 2000\n$/s);
part('/slices', 206, qr/^canary of$/, 'Range: bytes=0-8');


done_testing;
