package Login::Test;

# An nginx of its own for each test, with a store, a key and accounts, in a
# temporary folder.
#
#     use Login::Test;
#
#     my $t = Login::Test->new(accounts => { 'ann@example.com' => $password });
#
#     $t->run(<<'END');
#     server {
#         listen 127.0.0.1:%%PORT%%;
#         server_name localhost;
#         login on;
#
#         location /login/ { login_portal; }
#         location / { return 200 "hello $login_user"; }
#     }
#     END
#
#     is $t->browser->get('/')->status, 302, 'the gate is shut';
#
#     done_testing;
#
# done_testing() stops every nginx and looks at what it left: no alerts, no
# sanitizer's report, no worker ended by a signal, a master that ends clean.

use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use POSIX qw(:sys_wait_h);
use Test::More ();
use Time::HiRes qw(time);

use Login::Browser;
use Login::Connection;
use Login::Http2;


our @EXPORT = qw(done_testing wait_for);

# what Test::More has, with done_testing() being ours
{
    no strict 'refs';

    for my $name (grep { /^\w+$/ && $_ ne 'done_testing' }
                  @Test::More::EXPORT)
    {
        *$name = \&{"Test::More::$name"};
        push @EXPORT, $name;
    }
}

our $ROOT = dirname(dirname(dirname(dirname(abs_path(__FILE__)))));
our $WAIT = 180;        # bounds a hang; no test measures it
our $HTTP2 = 0;         # raw() asks over HTTP/2, see over_http2()

my @instances;


sub build_dir {
    my $dir = $ENV{LOGIN_BUILD} // 'build';

    return $dir =~ m{^/} ? $dir : "$ROOT/$dir";
}


sub sanitized { build_dir() =~ /[at]san$/ }
sub nginx     { $ENV{LOGIN_NGINX} // '/usr/sbin/nginx' }


# What nginx needs in its environment: it is not instrumented itself, so the
# sanitizers must be there before it starts, and ahead of everything else.

sub nginx_env {
    my ($self) = @_;

    my %env = (PATH => $ENV{PATH}, TZ => 'UTC', %{ $self->{env} // {} });
    my @preload = @{ $self->{preload} // [] };

    if (sanitized()) {
        my @libraries = map { `gcc -print-file-name=$_` }
            build_dir() =~ /tsan$/ ? 'libtsan.so'
                                   : ('libasan.so', 'libubsan.so');
        chomp @libraries;

        unshift @preload, map { abs_path($_) } @libraries;
    }

    $env{LD_PRELOAD} = join ':', @preload if @preload;

    return %env unless sanitized();

    return (%env,
        TSAN_OPTIONS  => $ENV{TSAN_OPTIONS} // '',
        ASAN_OPTIONS  => 'detect_leaks=0:abort_on_error=1'
                         . ':detect_stack_use_after_return=1',
        UBSAN_OPTIONS => 'print_stacktrace=1:abort_on_error=1',
    );
}


# Looks again and again until "check" is true, and returns what it said.

sub wait_for {
    my ($check, $seconds) = @_;

    my $end = time + ($seconds // $WAIT);

    for (;;) {
        my $value = $check->();

        return $value if $value || time > $end;

        select undef, undef, undef, 0.02;
    }
}


# Nothing is limited unless "limit" says so: most tests fail more often than
# people do.
#
# new(accounts => { username => password }, workers => n, init => 0,
#     limit => 'login_limit ...;',
#     allow_alert => qr/.../, main => lines, events => lines, http => lines,
#     clock => seconds since the epoch, log => level, connections => n)

sub new {
    my ($class, %opt) = @_;

    my $dir = abs_path(tempdir('login-test-XXXXXX', TMPDIR => 1,
                               CLEANUP => !$ENV{TEST_LEAVE}));

    # workers are another user, and must get through to the store
    chmod 0755, $dir;
    mkdir "$dir/logs";

    my $self = bless {
        dir     => $dir,
        ports   => {},
        workers => 2,
        owner   => $$,
        %opt,
    }, $class;

    push @instances, $self;

    $self->fake_clock if defined $opt{clock};
    $self->init unless defined $opt{init} && !$opt{init};

    my $accounts = $opt{accounts} // {};

    for my $username (sort keys %$accounts) {
        $self->add_user($username, $accounts->{$username});
    }

    return $self;
}


sub dir   { $_[0]{dir} }
sub store { "$_[0]{dir}/store" }
sub key   { "$_[0]{dir}/login.key" }
sub pid   { $_[0]{pid} }

sub workers_user { $> == 0 ? 'www-data' : scalar getpwuid $> }


sub write_file {
    my ($self, $name, $content) = @_;

    my $path = $name =~ m{^/} ? $name : "$self->{dir}/$name";

    open my $fh, '>:raw', $path or die "$path: $!\n";
    print $fh $content;
    close $fh or die "$path: $!\n";

    return $path;
}


sub read_file {
    my ($self, $name) = @_;

    my $path = $name =~ m{^/} ? $name : "$self->{dir}/$name";

    open my $fh, '<:raw', $path or return '';
    local $/;

    return <$fh> // '';
}


# --- a clock of the server's own

# It stands still until set_clock() moves it; intervals are measured by
# another one, which runs on.

sub fake_clock {
    my ($self) = @_;

    my $library = build_dir() . '/unit/fake_clock.so';

    # a preload that is missing is ignored, and the clock would be the real one

    die "no $library, run scripts/test\n" unless -e $library;

    $self->{preload} = [ $library ];
    $self->{env} = { FAKE_CLOCK => "$self->{dir}/clock" };

    $self->set_clock($self->{clock});
}


sub set_clock {
    my ($self, $seconds) = @_;

    $self->{clock} = $seconds;

    rename $self->write_file('clock.new', "$seconds\n"), "$self->{dir}/clock"
        or die "clock: $!\n";
}


# --- the command line

# Runs a program; returns (exit status, standard output, standard error).
# "stdin" is what it reads, "env" adds to its environment.

sub command {
    my ($self, $opt, @command) = @_;

    my ($in, $out, $err) = map { File::Temp->new(DIR => $self->{dir}) } 1 .. 3;

    binmode $in;
    print $in $opt->{stdin} // '';
    $in->flush;

    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        %ENV = %{ $opt->{clean_env} } if $opt->{clean_env};
        $ENV{$_} = $opt->{env}{$_} for keys %{ $opt->{env} // {} };

        open STDIN, '<', $in->filename or POSIX::_exit(126);
        open STDOUT, '>', $out->filename or POSIX::_exit(126);
        open STDERR, '>', $err->filename or POSIX::_exit(126);

        exec { $command[0] } @command or POSIX::_exit(127);
    }

    waitpid $pid, 0;

    my $status = WIFEXITED($?) ? WEXITSTATUS($?) : 128 + WTERMSIG($?);

    return ($status, map { $self->read_file($_->filename) } $out, $err);
}


# nginx-login on the test's store; a hash as the first argument has options.

sub cli {
    my ($self, @arguments) = @_;

    my $opt = ref $arguments[0] ? shift @arguments : {};

    return $self->command($opt, build_dir() . '/nginx-login',
        '--store', $self->store, '--key', $self->key, @arguments);
}


# The same where it must succeed; returns its output.

sub cli_ok {
    my ($self, @arguments) = @_;

    my ($status, $out, $err) = $self->cli(@arguments);

    return $out if $status == 0;

    shift @arguments if ref $arguments[0];
    die "nginx-login @arguments: exit status $status: $err\n";
}


# The same, killed as it enters system call "call" for the "n"th time; the
# exit status is 137 unless it came to its end before.

sub cli_killed {
    my ($self, $call, $n, @arguments) = @_;

    return $self->command({ env => { ASAN_OPTIONS => 'detect_leaks=0' } },
        '/usr/bin/strace', '-o', '/dev/null', '-e', "trace=$call",
        '-e', "inject=$call:signal=KILL:when=$n",
        build_dir() . '/nginx-login',
        '--store', $self->store, '--key', $self->key, @arguments);
}


sub init {
    my ($self) = @_;

    $self->cli_ok('init', '--user', workers_user());
}


sub add_user {
    my ($self, $username, $password, @more) = @_;

    $self->cli_ok({ stdin => "$password\n" }, 'user', 'add', $username,
                  '--password-stdin', @more);
}


# --- the configuration

# A free port of the name's own, below the range of outgoing connections.

sub port {
    my ($self, $name) = @_;

    $name //= '';

    return $self->{ports}{$name} if $self->{ports}{$name};

    for (1 .. 200) {
        my $port = 10000 + int rand 22000;

        next if grep { $_ == $port } values %{ $self->{ports} };

        return $self->{ports}{$name} = $port
            if IO::Socket::INET->new(LocalAddr => '127.0.0.1',
                LocalPort => $port, Proto => 'tcp', Listen => 1,
                ReuseAddr => 1);
    }

    die "no free port\n";
}


# Replaces %%PORT%%, %%PORT_name%%, %%DIR%%, %%STORE%%, %%KEY%%, %%ROOT%%.

sub expand {
    my ($self, $text) = @_;

    my %known = (DIR => $self->dir, STORE => $self->store,
                 KEY => $self->key, ROOT => $ROOT);

    $text =~ s/%%PORT(?:_(\w+))?%%/$self->port($1)/ge;
    $text =~ s/%%(\w+)%%/$known{$1} \/\/ die "unknown %%$1%%\n"/ge;

    return $text;
}


# A whole nginx.conf around what stands in http { }.

sub conf {
    my ($self, $http, %opt) = @_;

    my %part = (%$self, %opt);
    my $user = $> == 0 ? 'user ' . workers_user() . ';' : '';
    my $module = -e build_dir() . '/ngx_http_login_module.so'
        ? 'load_module ' . build_dir() . '/ngx_http_login_module.so;' : '';
    my $store = $part{no_store} ? ''
        : 'login_store %%STORE%%; login_key %%KEY%%;';
    my $limit = $part{limit} // ($part{no_store} ? ''
        : 'login_limit attempts=1000000 rate=1000000/m;');

    my $text = <<"END";
$module
$user
daemon off;
worker_processes $part{workers};
pid %%DIR%%/nginx.pid;
error_log %%DIR%%/error.log @{[ $part{log} // 'debug' ]};
@{[ $part{main} // '' ]}

events {
    worker_connections @{[ $part{connections} // 512 ]};
    @{[ $part{events} // '' ]}
}

http {
    access_log %%DIR%%/access.log;
    client_body_temp_path %%DIR%%/body;
    proxy_temp_path %%DIR%%/proxy;
    fastcgi_temp_path %%DIR%%/fastcgi;
    uwsgi_temp_path %%DIR%%/uwsgi;
    scgi_temp_path %%DIR%%/scgi;
    $store
    $limit
    @{[ $part{http} // '' ]}

$http
}
END

    # beside each port another one

    $text =~ s/^(\s*listen[ ]127\.0\.0\.1:%%PORT(?:_\w+)?)%%;
              /$1%%;$1_h2%% http2;/mgx
        if $HTTP2;

    return $self->expand($text);
}


# nginx -t on a configuration; returns (exit status, lines of its output).

sub conf_test {
    my ($self, $http, %opt) = @_;

    my $text = $opt{whole} ? $self->expand($http) : $self->conf($http, %opt);

    # messages of the test are not those of the server
    $text =~ s/^error_log .*$/error_log stderr notice;/m;

    my $file = $self->write_file('test.conf', $text);
    my ($status, $out, $err) = $self->command(
        { clean_env => { $self->nginx_env } },
        nginx(), '-t', '-p', $self->dir, '-e', 'stderr', '-c', $file);

    return ($status, split /\n/, $out . $err);
}


sub conf_ok {
    my ($self, $http, $name, %opt) = @_;

    my ($status, @lines) = $self->conf_test($http, %opt);

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    Test::More::is($status, 0, $name // 'the configuration is taken')
        or Test::More::diag(join "\n", @lines);
}


# nginx -t must refuse, with one line that matches "message" and names a
# line of the file (unless "nowhere" says that there is none to name).

sub conf_error {
    my ($self, $http, $message, $name, %opt) = @_;

    my ($status, @lines) = $self->conf_test($http, %opt);
    my @errors = grep { /\[(?:emerg|alert|crit|error)\]/ } @lines;
    my @stray = grep { !/\[\w+\]/ && !/^nginx: configuration file .* failed$/ }
        @lines;
    my $where = $opt{nowhere} ? qr/\S$/ : qr/ in \S+:\d+$/;

    $name //= "refused: $message";

    my $good = $status == 1
        && @errors == 1
        && !@stray
        && $errors[0] =~ $message
        && $errors[0] =~ $where;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    Test::More::ok($good, $name)
        or Test::More::diag("exit status $status\n" . join "\n", @lines);
}


# --- the server

# Writes nginx.conf around "http" and starts nginx.

sub run {
    my ($self, $http, %opt) = @_;

    $self->{http_text} = $http;
    $self->{opt} = \%opt;

    for my $try (1 .. 3) {
        $self->write_file('nginx.conf', $self->conf($http, %opt));

        return $self if $self->start;

        my $log = $self->error_log . $self->read_file('stderr.log');

        if ($try == 3 || $log !~ /bind\(\) .* failed \(98:/) {
            $log = join "\n", grep { !/\[debug\]/ } split /\n/, $log;
            die "nginx did not start: $log\n";
        }

        # somebody was faster; what is in use here was never seen outside

        unlink map { "$self->{dir}/$_" } qw(error.log stderr.log);
        $self->{ports} = {};
    }
}


sub start {
    my ($self) = @_;

    $self->spawn;

    my $up = wait_for(sub {
        return -1 if defined $self->ended;

        return $self->answers && $self->workers >= $self->{workers};
    });

    return 1 if $up && $up > 0;

    $self->kill_master if $self->{pid};

    return 0;
}


# Begins to start it, and returns the master's process id.

sub spawn {
    my ($self) = @_;

    my %env = $self->nginx_env;
    my $nginx = nginx();
    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        %ENV = %env;

        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', "$self->{dir}/stderr.log";
        open STDERR, '>&', \*STDOUT;

        exec { $nginx } $nginx, '-p', $self->dir,
            '-e', "$self->{dir}/error.log", '-c', "$self->{dir}/nginx.conf"
            or POSIX::_exit(127);
    }

    delete $self->{ended};

    return $self->{pid} = $pid;
}


# The exit status of an nginx that ended by itself.

sub ended {
    my ($self) = @_;

    my $pid = $self->{pid};

    if (defined $pid && waitpid($pid, WNOHANG) == $pid) {
        delete $self->{pid};
        $self->{ended} = $?;
    }

    return $self->{ended};
}


sub answers {
    my ($self) = @_;

    for my $port (values %{ $self->{ports} }) {
        IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port,
                              Proto => 'tcp', Timeout => 5) or next;
        return 1;
    }

    return !%{ $self->{ports} };
}


# The process ids of the workers (those that are not on their way out).

sub workers {
    my ($self, %opt) = @_;

    my $title = $opt{all} ? qr/^nginx: worker process/
        : qr/^nginx: worker process(?! is shutting down)/;

    return grep { $self->read_file("/proc/$_/cmdline") =~ $title }
        $self->children;
}


sub children {
    my ($self) = @_;

    return split ' ',
        $self->read_file("/proc/$self->{pid}/task/$self->{pid}/children");
}


sub signal {
    my ($self, $name, $pid) = @_;

    kill $name, $pid // $self->{pid};
}


# Takes a new configuration (or the same once more) into use and waits until
# only its workers are left; "old" => 1: until they are there.  Returns 0
# where nginx refused it.

sub reload {
    my ($self, $http, %opt) = @_;

    if (defined $http) {
        $self->{http_text} = $http;
        $self->write_file('nginx.conf', $self->conf($http,
            %{ $self->{opt} }, %opt));
    }

    my $mark = $self->log_mark;
    my %before = map { $_ => 1 } $self->workers(all => 1);

    $self->signal('HUP');

    my $result = wait_for(sub {
        return -1 if $self->log_since($mark) =~ /\[emerg\]/;

        my @now = $self->workers(all => $opt{old} ? 0 : 1);
        my @new = grep { !$before{$_} } @now;

        return @new >= $self->{workers} && ($opt{old} || @new == @now);
    });

    die "nginx did not reload\n" unless $result;

    if ($result < 0) {
        $self->{refused}++;
        return 0;
    }

    return 1;
}


# Ends nginx and keeps its exit status for the checks.

sub stop {
    my ($self, $signal) = @_;

    my $pid = $self->{pid} // return;

    $self->signal($signal // 'QUIT');

    my $gone = wait_for(sub { waitpid($pid, WNOHANG) == $pid });

    if ($gone) {
        delete $self->{pid};
        $self->{status} = $?;

    } else {
        $self->kill_master;
        $self->{status} = 'had to be killed';
    }

    push @{ $self->{statuses} }, $self->{status};

    return $self->{status};
}


# For what has gone wrong: workers as well, since they'd outlive the master,
# and not one more for a worker that has just ended.

sub kill_master {
    my ($self) = @_;

    my $pid = $self->{pid};

    kill 'STOP', $pid;
    waitpid $pid, WUNTRACED;

    # stopped, unless it had ended; a worker may not have its title yet

    if (-e "/proc/$pid") {
        kill 'KILL', $pid, $self->children;
        waitpid $pid, 0;
    }

    delete $self->{pid};
    1 while waitpid(-1, WNOHANG) > 0;
}


# A connection to each worker, by its process id.  The server has to listen
# with "reuseport", which spreads connections evenly, and to answer in "path"
# which worker it is: login off; return 200 $pid;

sub worker_connections {
    my ($self, $path) = @_;

    my %missing = map { $_ => 1 } $self->workers;
    my %connections;

    for (1 .. 1000) {
        last unless %missing;

        my $connection = $self->connection;

        $connection->send("GET $path HTTP/1.1\r\nHost: localhost\r\n\r\n");

        my $pid = $connection->response->body;

        $connections{$pid} = $connection if delete $missing{$pid};
    }

    die "some workers never answered\n" if %missing;

    return \%connections;
}


# --- what other processes hold of the store

# Another process takes the lock that all writers share, and keeps it until
# release_store().

sub hold_store {
    my ($self) = @_;

    $self->hold =~ /^held$/ or die "the store's lock was not to be had\n";
}


# Another process reads what the store has now, as "n" readers or as many as
# there is place for, until release_store() or its end; returns its id.

sub hold_readers {
    my ($self, $n) = @_;

    my ($held) = $self->hold('readers', $n) =~ /^held ([1-9]\d*)$/
        or die "the store was not to be read\n";

    return wantarray ? ($self->{holder}{pid}, $held) : $self->{holder}{pid};
}


sub hold {
    my ($self, @what) = @_;

    pipe my $reader, my $in or die "pipe: $!\n";
    pipe my $out, my $writer or die "pipe: $!\n";

    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        close $in;
        open STDIN, '<&', $reader or POSIX::_exit(126);
        open STDOUT, '>&', $writer or POSIX::_exit(126);

        my $program = build_dir() . '/unit/hold_store';

        exec { $program } $program, $self->store, $self->key, @what
            or POSIX::_exit(127);
    }

    close $_ for $reader, $writer;

    $self->{holder} = { pid => $pid, in => $in };

    return readline($out) // '';
}


sub release_store {
    my ($self) = @_;

    my $holder = delete $self->{holder} or return;

    # not by its end alone: others that we started may have it open too

    local $SIG{PIPE} = 'IGNORE';
    syswrite $holder->{in}, "\n";
    close $holder->{in};
    waitpid $holder->{pid}, 0;

    return $?;
}


# --- the logs

sub error_log  { $_[0]->read_file('error.log') }
sub access_log { $_[0]->read_file('access.log') }
sub log_mark   { -s "$_[0]{dir}/error.log" || 0 }


sub log_since {
    my ($self, $mark) = @_;

    open my $fh, '<:raw', "$self->{dir}/error.log" or return '';
    seek $fh, $mark // 0, 0;
    local $/;

    return <$fh> // '';
}


# Waits until the error log says so.

sub wait_log {
    my ($self, $pattern, $mark) = @_;

    return wait_for(sub { $self->log_since($mark) =~ $pattern });
}


# --- clients

sub browser {
    my ($self, %opt) = @_;

    return Login::Browser->new(port => $self->port, %opt);
}


sub connection {
    my ($self, $name) = @_;

    return Login::Connection->new($self->port($name));
}


# Sends bytes on a connection of its own and returns the answer; undef where
# there is none.  "segment" => n sends n at a time, "from" is the address that
# it comes from.

sub raw {
    my ($self, $bytes, %opt) = @_;

    if ($HTTP2) {
        my $port = join '_', grep { length } $opt{port} // '', 'h2';
        my $http2 = Login::Http2->new($self->port($port));

        return scalar $http2->wait($http2->translate($bytes, %opt));
    }

    my $connection = Login::Connection->new($self->port($opt{port}),
        from => $opt{from});

    $connection->send($bytes, $opt{segment});

    return $connection->response(head => scalar $bytes =~ /^HEAD /);
}


# Runs another test, whose raw() asks over HTTP/2 instead.

sub over_http2 {
    my ($test) = @_;

    local $HTTP2 = 1;

    { package main; do "$ROOT/t/$test" }
    die $@ || "$test: $!\n" if $@ || !@instances;
}


# --- the end

my $REPORT = qr{
    ERROR:\ \w+Sanitizer | SUMMARY:\ \w+Sanitizer | runtime\ error:
}x;


# What must not be in the logs: alerts, reports of a sanitizer, signals.

sub log_faults {
    my ($self) = @_;

    my @lines = map { split /\n/, $self->read_file($_) }
        'error.log', 'stderr.log';
    my $allowed = $self->{allow_alert};

    my @bad = grep { /\[(?:alert|emerg)\]/ } @lines;

    @bad = grep { $_ !~ $allowed } @bad if $allowed;
    @bad = grep { !/\[emerg\]/ } @bad if $self->{refused};

    my @reports = grep { /$REPORT/ } @lines;
    my @signals = grep { /exited on signal/ } @lines;

    @signals = grep { $_ !~ $allowed } @signals if $allowed;

    return (\@bad, \@reports, \@signals);
}


sub check_logs {
    my ($self) = @_;

    my ($bad, $reports, $signals) = $self->log_faults;

    Test::More::is(join("\n", @$bad), '', 'no alerts');
    Test::More::is(join("\n", @$reports), '', 'no report of a sanitizer')
        or Test::More::diag($self->report);
    Test::More::is(join("\n", @$signals), '', 'no worker ended by a signal');
}


# The lines that follow the first report: there is the stack.

sub report {
    my ($self) = @_;

    my @lines = map { split /\n/, $self->read_file($_) }
        'error.log', 'stderr.log';

    while (@lines && $lines[0] !~ $REPORT) {
        shift @lines;
    }

    return join "\n", grep { !/\[debug\]/ } splice @lines, 0, 60;
}


sub finish {
    my ($self) = @_;

    $self->release_store;
    $self->stop if $self->{pid};

    return unless $self->{statuses};

    Test::More::is(join(' ', grep { $_ } @{ $self->{statuses} }), '',
                   'nginx ends clean');
    $self->check_logs;

    delete $self->{statuses};
}


sub done_testing {
    $_->finish for @instances;
    Test::More::done_testing();
}


# A test that died leaves nothing behind.

END {
    my $status = $?;

    for my $instance (@instances) {
        next unless $instance->{owner} == $$;

        if ($instance->{pid}) {
            Test::More::diag('nginx was still running: no done_testing()?');
            $instance->kill_master;
            $status ||= 1;
        }
    }

    $? = $status;
}


1;
