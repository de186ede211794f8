package Login::Forward;

# A sign-in server, an application, and between people and the application a
# proxy of another make that asks the sign-in server; all of it configured by
# the text of docs/forward-auth.md.
#
#     my $f = Login::Forward->new;
#
#     $f->start('haproxy', '-db', '-f', $f->file('haproxy.cfg', $text));
#     $f->check;
#
#     done_testing;

use strict;
use warnings;

use Exporter qw(import);
use IO::Socket::INET;
use JSON::PP;
use POSIX qw(:sys_wait_h);

use Login::App;
use Login::Connection;
use Login::Test;


our @EXPORT_OK = qw(block damage);

my $password = 'correct horse battery staple';
my $document = 'docs/forward-auth.md';
my @instances;


# The block of the documentation below a line with its name, changed by pairs
# of what stands there and what is to stand there.  What is not there, or the
# rest of it, would make another text the one that is tested.

sub block {
    my ($name, @changes) = @_;

    open my $fh, '<:encoding(UTF-8)', "$Login::Test::ROOT/$document"
        or die "$document: $!\n";
    my $text = do { local $/; <$fh> };

    $text =~ /^`\Q$name\E`:\n\n```\w*\n(.*?)^```$/ms
        or die "$document: no \"$name\"\n";
    $text = $1;

    # at once: what was put in is not what stood there

    my %changes = @changes;
    my %unused = %changes;
    my $any = join '|', map { quotemeta } sort { length $b <=> length $a }
        keys %changes;

    $text =~ s/($any)/delete $unused{$1}; $changes{$1}/ge if $any ne '';

    die "$document: no \"$_\" in \"$name\"\n" for sort keys %unused;

    return $text;
}


# Spoils the record of an account in the store; returns what mends it.

sub damage {
    my ($t, $username) = @_;

    my $file = $t->store . '/data.mdb';

    # workers believe what they have read until something is written

    $t->cli_ok('user', 'set', $username, '--language', 'en');

    my $account = decode_json($t->cli_ok('--json', 'user', 'show', $username));
    my $key = 'A' . pack 'H*', $account->{id};

    my $flip = sub {
        open my $fh, '+<:raw', $file or die "$file: $!\n";
        my $bytes = do { local $/; <$fh> };
        my $at = 0;

        while (($at = index $bytes, $key, $at) >= 0) {
            my $place = $at + length($key) + 20;

            sysseek $fh, $place, 0;
            syswrite $fh, chr(ord(substr $bytes, $place, 1) ^ 1);
            $at++;
        }

        close $fh;
    };

    $flip->();

    return $flip;
}


# The proxy has the sign-in server's port at another address, as both would
# have 443 on machines of their own.

sub new {
    my ($class) = @_;

    my $t = Login::Test->new(clock => time);
    my $self = bless { t => $t, pids => [], owner => $$ }, $class;

    push @instances, $self;

    $t->add_user('ann@example.com', $password, '--name', "Ann M\xc3\xb6ller",
                 '--role', 'staff', '--role', 'admin');
    $t->add_user('bob', $password, '--role', 'guest');
    $t->add_user('eve', $password, '--role', 'staff');

    for (1 .. 100) {
        last if IO::Socket::INET->new(LocalAddr => '127.0.0.2',
            LocalPort => $t->port, Proto => 'tcp', Listen => 1,
            ReuseAddr => 1);

        $t->{ports} = {};
    }

    my $address = '127.0.0.1:' . $t->port;

    # who asks must name the server

    $t->run("login_hash memory=1m passes=1;\n"
        . "server { listen $address default_server; return 404; }\n"
        . block('/etc/nginx/conf.d/login.conf',
            "login_store /var/lib/nginx-login;\n" => '',
            'listen 443 ssl;' => "listen $address;",
            "    ssl_certificate     /etc/ssl/login.example.com.crt;\n" => '',
            "    ssl_certificate_key /etc/ssl/login.example.com.key;\n" => '',
            'from=192.0.2.10;' => 'from=127.0.0.1; login_require role=staff;',
        ), http => 'login_session idle=20d;');

    $self->{address} = $address;
    $self->{app} = Login::App->new(dir => $t->dir, port => $t->port('app'));

    return $self;
}


sub t       { $_[0]{t} }
sub app     { $_[0]{app} }
sub port    { $_[0]{t}->port }
sub login   { $_[0]{address} }
sub proxy   { '127.0.0.2:' . $_[0]->port }
sub backend { '127.0.0.1:' . $_[0]{t}->port('app') }
sub dir     { $_[0]{t}->dir }


sub file {
    my ($self, $name, $text) = @_;

    return $self->t->write_file($name, $text);
}


# Starts the proxy and waits until it listens.

sub start {
    my ($self, $env, @command) = @_;

    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        $ENV{$_} = $env->{$_} for keys %$env;

        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', $self->dir . '/proxy.log';
        open STDERR, '>&', \*STDOUT;

        exec { $command[0] } @command or POSIX::_exit(127);
    }

    push @{ $self->{pids} }, $pid;

    my $up = wait_for(sub {
        return -1 if waitpid($pid, WNOHANG) == $pid;

        return IO::Socket::INET->new(PeerAddr => '127.0.0.2',
            PeerPort => $self->port, Proto => 'tcp');
    });

    die "$command[0] did not start: ", $self->t->read_file('proxy.log'), "\n"
        unless ref $up;
}


sub stop_proxy {
    my ($self) = @_;

    for my $pid (splice @{ $self->{pids} }) {
        kill 'TERM', $pid;
        wait_for(sub { waitpid($pid, WNOHANG) }, 20) or kill 'KILL', $pid;
        waitpid $pid, 0;
    }
}


sub stop {
    my ($self) = @_;

    $self->stop_proxy;
    $self->app->stop if $self->app;
}


# A test that died leaves nothing behind.

END {
    my $status = $?;

    for my $instance (@instances) {
        $instance->stop if $instance->{owner} == $$;
    }

    $? = $status;
}


sub browser {
    my ($self, %opt) = @_;

    return $self->t->browser(host => 'app.example.com',
        addresses => { 'app.example.com' => '127.0.0.2' }, %opt);
}


# --- what every proxy must do

# An answer that the application did not give, nor hear of.

sub kept_out {
    my ($self, $ask, $status, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my $before = $self->app->count;
    my $r = $ask->();

    like $r->status, $status, $name;
    unlike $r->body, qr/this is the application/, "$name: no content";
    is $self->app->count, $before, "$name: the application was not asked";

    return $r;
}


# What the application was told, by name in lower case; a name twice is an
# error.

sub told {
    my ($r, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    is $r->status, 200, $name;
    like $r->body, qr/this is the application/, "$name: by the application";

    my $said = eval { decode_json($r->body) } // { headers => [] };
    my (%told, @twice);

    for my $header (@{ $said->{headers} }) {
        my $key = lc $header->[0];

        push @twice, $key if exists $told{$key};
        $told{$key} = $header->[1];
    }

    is "@twice", '', "$name: each header once";

    return ($said, \%told);
}


# The identity that the application sees; empty headers are none.

sub identity {
    my ($told) = @_;

    return join ' ', map { my $v = $told->{$_} // '';
                           length $v ? "$_=$v" : () }
        sort grep { /^remote[-_]/ } keys %$told;
}


my %forged = (
    'Remote-User'   => 'root',
    'remote-name'   => 'Root',
    'REMOTE-EMAIL'  => 'root@example.com',
    'Remote-Groups' => 'admin,root',
    'Remote-Org'    => 'all',
    'Remote_User'   => 'root',
    'remote_name'   => 'Root',
    'Remote_Email'  => 'root@example.com',
    'Remote_Groups' => 'admin,root',
    'REMOTE_ORG'    => 'all',
);

my %spoofed = (
    'X-Forwarded-Host'   => 'evil.example',
    'X-Forwarded-Proto'  => 'javascript',
    'X-Forwarded-Uri'    => '/spoofed',
    'X-Forwarded-Method' => 'POST',
    'X-Original-URL'     => 'http://evil.example/',
    'X-Original-Method'  => 'POST',
    'Forwarded'          => 'host=evil.example;proto=javascript',
);


sub check {
    my ($self) = @_;

    $self->check_open;
    $self->check_person;
    $self->check_refusals;
    $self->check_forged;
    $self->check_spoofed;
    $self->check_sockets;
    $self->check_renewed;
    $self->check_ended;
    $self->check_faults;
    $self->stop;
}


sub check_open {
    my ($self) = @_;

    my ($said, $told) = told($self->browser->get('/health',
        headers => { %forged, Cookie => 'a=b; login=c' }),
        'open to everybody');

    is identity($told), '', 'nobody is named there';
    is $told->{cookie}, 'a=b', 'nor is there a session';

    ($said, $told) = told($self->browser->get('/health',
        headers => { Cookie => 'a=b; c=d' }), 'with other cookies');
    is $told->{cookie}, 'a=b; c=d', 'they are kept';
}


# Refused, signed in, and back.

sub check_person {
    my ($self) = @_;

    my $person = $self->browser;
    my $origin = 'http://app.example.com:' . $self->port;
    my $deep = '/deep/link?a=b&c=%2f%20d';

    my $r = $self->kept_out(sub { $person->get($deep) }, qr/^302$/,
                            'a person without a session');

    is $r->location, 'http://login.example.com:' . $self->port
        . '/login/?return_to=' . Login::Browser::escape("$origin$deep"),
        'is sent to sign in and come back';

    $self->kept_out(sub { $person->head($deep) }, qr/^302$/, 'HEAD as well');

    $person->cookie('other', 'kept');

    my $page = $person->follow($r);

    is $page->page, 'signin', 'the sign-in page';

    $r = $person->submit($page, { username => 'ann@example.com',
                                  password => $password });
    is $r->status, 303, 'signed in';
    is $r->location, "$origin$deep", 'and back';

    $r = $person->follow($r);

    my ($said, $told) = told($r, 'let through');

    is $said->{method}, 'GET', 'with the method';
    is $said->{target}, $deep, 'and the address';
    is $told->{host}, 'app.example.com:' . $self->port, 'and the host';
    is identity($told), "remote-email=ann\@example.com "
        . "remote-groups=staff,admin remote-name=Ann M\xc3\xb6ller "
        . "remote-org=default remote-user=ann\@example.com", 'and who it is'
        or diag $r->body;
    is $told->{cookie}, 'other=kept', 'and the cookies but for the session';

    # kept by no cache that others use as well

    like join(',', $r->header('Cache-Control')), qr/\bprivate\b/,
        'for this person alone';
    ok $r->cookie('app'), 'the cookies of the application come through';
    is scalar $r->cookies, 1, 'and nothing else: no renewal each time';
    is scalar(grep { defined } map { scalar $r->header("Remote-$_") }
              qw(User Name Email Groups Org)), 0,
        'who it is stays behind the proxy';

    ($said, $told) = told($person->post('/form', { text => 'sent' }),
                          'a form');
    is $said->{method}, 'POST', 'with the method';
    is $said->{body}, 'text=sent', 'and what was in it';

    # where the session's cookie stands among others

    for my $cookies ('login=%s', 'login=%s; a=b', 'a=b; login=%s',
                     'a=b; login=%s; c=d', 'xlogin=1; login=%s; login_x=2')
    {
        my $sent = sprintf $cookies, $person->cookie('login');
        ($said, $told) = told($self->browser->get('/',
            headers => { Cookie => $sent }), "cookies $cookies");

        my $rest = join '; ', grep { !/^login=/ } split /; /, $sent;

        is $told->{cookie} // '', $rest, 'the rest of them';
    }

    is $person->head('/')->status, 200, 'HEAD';

    ($said, $told) = told($person->fetch('/item', method => 'PUT',
        body => 'new', headers => { 'If-Match' => '"tag"' }), 'a condition');
    is $told->{'if-match'}, '"tag"', 'is for the application';
    is $said->{body}, 'new', 'with the body';

    $self->{ann} = $person;
}


sub check_refusals {
    my ($self) = @_;

    my $here = Login::Browser::escape('http://app.example.com:' . $self->port
                                      . '/api?x=y');
    my $portal = 'http://login.example.com:' . $self->port . '/login/';
    my $nobody = $self->browser;

    my $r = $self->kept_out(sub { $nobody->fetch('/api?x=y') }, qr/^401$/,
                            'a script without a session');

    is $r->header('Content-Type'), 'application/json', 'gets JSON';
    is_deeply eval { decode_json($r->body) }, {
        error => 'login_required', login_url => "$portal?return_to=$here",
    }, 'that says where to sign in';
    like $r->header('Cache-Control'), qr/no-store/, 'that nobody keeps';

    $r = $self->kept_out(sub { $nobody->post('/api?x=y', { a => 'b' }) },
                         qr/^401$/, 'a form without a session');

    is $r->page, 'expired', 'gets a page';
    like $r->body, qr/href="\Q$portal\E"/, 'that leads to the portal';
    like $r->body, qr/href="\Q$portal\Eassets\//, 'with its style';

    for my $method (qw(PUT DELETE OPTIONS)) {
        $self->kept_out(sub { $nobody->fetch('/api', method => $method) },
                        qr/^401$/, "$method by a script");
    }

    $self->kept_out(sub {
        $nobody->get('/', headers => { Cookie => 'login=forged' })
    }, qr/^302$/, 'a cookie that is not ours');

    # signed in, but without the role

    my $bob = $self->browser;

    $bob->sign_in('bob', $password, '/');

    $r = $self->kept_out(sub { $bob->get('/api?x=y') }, qr/^403$/,
                         'without the role');

    is $r->page, 'denied', 'a page says so';
    like $r->body, qr/href="\Q$portal\E\?switch=1&amp;return_to=\Q$here\E"/,
        'and offers another account';

    $r = $self->kept_out(sub { $bob->fetch('/api') }, qr/^403$/,
                         'a script without the role');
    is $r->body, '{"error":"denied"}', 'JSON says so';

    $self->kept_out(sub { $bob->post('/', { a => 'b' }) }, qr/^403$/,
                    'a form without the role');

    $self->{bob} = $bob;
}


# Headers of the client's own making.

sub check_forged {
    my ($self) = @_;

    my $eve = $self->browser;

    $eve->sign_in('eve', $password, '/');

    # she has neither a name nor an address

    my ($said, $told) = told($eve->get('/', headers => \%forged),
                             'with forged headers');

    is identity($told), 'remote-groups=staff remote-org=default '
        . 'remote-user=eve', 'the application knows who it is';

    ($said, $told) = told($eve->get('/', headers => {
        map { $_ => [ $forged{$_}, $forged{$_} ] } keys %forged }),
        'with two of each');

    is identity($told), 'remote-groups=staff remote-org=default '
        . 'remote-user=eve', 'also then';

    # what is named in Connection goes no further than to the next server

    ($said, $told) = told($eve->get('/', headers => {
        Connection => 'close, Remote-User, remote-groups, X-Forwarded-Host'
    }), 'with headers for the connection only');

    is identity($told), 'remote-groups=staff remote-org=default '
        . 'remote-user=eve', 'and then, too';

    $self->kept_out(sub { $self->browser->get('/', headers => \%forged) },
                    qr/^302$/, 'forged headers without a session');

    my $r = $self->kept_out(sub { $self->browser->get('/here', headers => {
        Connection => 'close, X-Forwarded-Host, X-Forwarded-Uri, '
            . 'X-Forwarded-Proto, X-Forwarded-Method, Host' })
    }, qr/^302$/, 'nor can it take away what was asked for');

    like $r->location, qr/return_to=.*here$/, 'and where to go back to';
}


sub check_spoofed {
    my ($self) = @_;

    my $portal = 'http://login.example.com:' . $self->port . '/login/';
    my $here = Login::Browser::escape('http://app.example.com:' . $self->port
                                      . '/here');

    for my $headers (\%spoofed, map { { $_ => $spoofed{$_} } }
                     sort keys %spoofed)
    {
        my $what = join ', ', sort keys %$headers;
        my $r = $self->kept_out(sub {
            $self->browser->get('/here', headers => $headers)
        }, qr/^302$/, "spoofed $what");

        is $r->location, "$portal?return_to=$here", 'back to here';
    }

    # POST stays one

    $self->kept_out(sub {
        $self->browser->post('/here', { }, headers => {
            'X-Forwarded-Method' => 'GET', 'X-HTTP-Method-Override' => 'GET' })
    }, qr/^401$/, 'spoofed method of a form');

    my ($said, $told) = told($self->{ann}->get('/', headers => \%spoofed),
                             'spoofed, with a session');

    unlike join("\n", map { "$_: $told->{$_}" }
                grep { /^x-forwarded/ } sort keys %$told),
        qr/evil|javascript|spoofed|POST/, 'the application is not misled';

    # hosts and addresses that lead elsewhere

    for my $host ('evil.example', 'app.example.com.evil.example',
                  'evil.example:' . $self->port,
                  'app.example.com@evil.example')
    {
        my $r = Login::Connection->new($self->port, address => '127.0.0.2');

        $r->send("GET /here HTTP/1.1\r\nHost: $host\r\nAccept: text/html\r\n"
                 . "Connection: close\r\n\r\n");
        $r = $r->response;

        unlike $r->body, qr/this is the application/, "Host $host: refused";
        unlike $r->location // '', qr/evil/, 'and leads nowhere else';
    }

    for my $uri ('//evil.example/', '/\\evil.example', '/@evil.example',
                 'http://evil.example/here', '/%0d%0aX-Injected:1',
                 '/x?y=%0d%0aSet-Cookie:a=b', '/a/../b', '/%2e%2e/b')
    {
        my $r = Login::Connection->new($self->port, address => '127.0.0.2');

        $r->send("GET $uri HTTP/1.1\r\nHost: app.example.com:" . $self->port
                 . "\r\nAccept: text/html\r\nConnection: close\r\n\r\n");
        $r = $r->response;

        like $r->status, qr/^(?:302|400|404|308|200)$/, "$uri: an answer";
        unlike $r->body, qr/this is the application/, 'not by the application';
        is scalar($r->header('X-Injected')), undef, 'no header of its own';

        my $location = $r->location // $portal;

        like $location, qr{^(?:\Q$portal\E(?:\?return_to=http%3A%2F%2Fapp\.
                           example\.com%3A\d+%2F[\w%.~-]*)?
                           |http://app\.example\.com:\d+/.*)$}x,
            'and leads back here, or just to the portal';
    }
}


# A page of any site may open a WebSocket, and the browser sends cookies.

sub check_sockets {
    my ($self) = @_;

    my %handshake = (
        'Upgrade'               => 'websocket',
        'Connection'            => 'Upgrade',
        'Sec-WebSocket-Key'     => 'dGhlIHNhbXBsZSBub25jZQ==',
        'Sec-WebSocket-Version' => '13',
        'Sec-Fetch-Mode'        => 'websocket',
        'Sec-Fetch-Dest'        => undef,
        'Accept'                => undef,
    );

    for my $origin ('http://evil.example', 'null',
                    'http://app.example.com.evil.example')
    {
        my $r = $self->kept_out(sub {
            $self->{ann}->get('/socket', headers => {
                %handshake, Origin => $origin })
        }, qr/^403$/, "a WebSocket from $origin");
    }

    $self->kept_out(sub {
        $self->browser->get('/socket', headers => {
            %handshake, Origin => 'http://app.example.com' })
    }, qr/^401$/, 'a WebSocket without a session');

    my $before = $self->app->count;
    my $r = $self->{ann}->get('/socket', headers => {
        %handshake, Origin => 'http://app.example.com:' . $self->port });

    like $r->status, qr/^(?:101|200)$/, 'a WebSocket of our own page';
    is $self->app->count, $before + 1, 'comes to the application';
}


sub check_renewed {
    my ($self) = @_;

    my $ann = $self->{ann};
    my $old = $ann->cookie('login');

    $self->t->set_clock($self->t->{clock} + 2 * 86400);

    my $r;

    ok wait_for(sub {
        $r = $ann->get('/');
        return $r->cookie('login');
    }), 'the session is renewed in passing';

    is scalar(my @cookies = $r->cookies), 2,
        'beside the cookies of the application';

    my ($said, $told) = told($r, 'let through then');

    like identity($told), qr/remote-name=.*remote-user=ann/,
        'as who it is';

    isnt $ann->cookie('login'), $old, 'with a new cookie';
    is $r->cookie('login')->{attributes}{domain}, 'example.com',
        'for all hosts of the domain';
    like $r->cookie('login')->{line}, qr/HttpOnly/, 'as it is set elsewhere';

    ($said, $told) = told($ann->get('/'), 'with which it goes on');

    ok !exists $told->{cookie} || $told->{cookie} !~ /\blogin=/,
        'and which the application does not see';

    $r = $ann->get('/');
    ok !$r->cookie('login'), 'but once';

    # a refusal may have a cookie as well, and is one all the same

    $r = $self->kept_out(sub { $self->{bob}->get('/') }, qr/^403$/,
                         'renewed without the role');
    ok $r->cookie('login'), 'with the cookie';
}


sub check_ended {
    my ($self) = @_;

    my $ann = $self->{ann};

    $self->t->cli_ok('user', 'role', 'ann@example.com', '--remove', 'staff');
    $self->kept_out(sub { $ann->get('/') }, qr/^403$/, 'a role taken away');

    $self->t->cli_ok('user', 'role', 'ann@example.com', '--add', 'staff');
    told($ann->get('/'), 'a role given back');

    $self->t->cli_ok('session', 'revoke', 'ann@example.com');

    $self->kept_out(sub { $ann->get('/') }, qr/^302$/, 'a session ended');
    $self->kept_out(sub { $ann->fetch('/') }, qr/^401$/,
                    'a session ended, for a script');
}


# Nothing gets through while it cannot be told who asks.

sub check_faults {
    my ($self) = @_;

    my $ann = $self->browser;

    $ann->sign_in('ann@example.com', $password, '/');
    told($ann->get('/'), 'signed in anew');

    my $mend = damage($self->t, 'ann@example.com');

    $self->kept_out(sub { $ann->get('/') }, qr/^50[0-9]$/, 'a damaged store');
    $self->kept_out(sub { $ann->fetch('/') }, qr/^50[0-9]$/,
                    'a damaged store, for a script');

    $mend->();
    told($ann->get('/'), 'mended');

    $self->t->stop;

    $self->kept_out(sub { $ann->get('/') }, qr/^50[0-9]$/,
                    'no sign-in server');
    $self->kept_out(sub { $ann->post('/', { a => 'b' }) }, qr/^50[0-9]$/,
                    'no sign-in server, for a form');
    told($self->browser->get('/health'), 'what is open stays so');
}


1;
