package Login::Browser;

# A client that behaves as a browser does, as far as the login is concerned:
# it keeps cookies by host, path and age, sends forms with what was in them,
# and says that it navigates.

use strict;
use warnings;

use Time::HiRes qw(time);
use Time::Local qw(timegm);

use Login::Connection;


# new(port => ..., host => 'localhost'): where paths lead that name no host;
# addresses => { host => address } where it isn't 127.0.0.1.

sub new {
    my ($class, %opt) = @_;

    return bless {
        host    => 'localhost',
        scheme  => 'http',
        jar     => {},
        headers => {},
        %opt,
    }, $class;
}


# --- URLs

# The parts of a URL, against the one of the page.

sub resolve {
    my ($self, $url, $base) = @_;

    $base //= {
        scheme => $self->{scheme},
        host   => $self->{host},
        port   => $self->{scheme} eq 'https' ? 443 : $self->{port},
        path   => '/',
    };

    if ($url =~ m{^(https?)://([^/:?#]+)(?::(\d+))?([^#]*)}) {
        my ($scheme, $host, $port, $path) = ($1, $2, $3, $4);

        return { scheme => $scheme, host => $host, path => $path || '/',
                 port => $port // ($scheme eq 'https' ? 443 : 80) };
    }

    $url =~ s/#.*//s;

    my $path = $base->{path};

    if ($url =~ m{^/}) {
        $path = $url;

    } elsif ($url =~ m{^\?}) {
        $path =~ s/\?.*//s;
        $path .= $url;

    } elsif (length $url) {
        $path =~ s/\?.*//s;
        $path =~ s{[^/]*$}{};
        $path .= $url;
    }

    return { %$base, path => $path };
}


# --- cookies

my %months;
@months{qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec)} = 0 .. 11;


sub expires {
    my ($attributes) = @_;

    if (defined $attributes->{'max-age'}) {
        return time + $attributes->{'max-age'};
    }

    return unless ($attributes->{expires} // '') =~
        /^\w+, (\d+)[ -](\w+)[ -](\d+) (\d+):(\d+):(\d+) GMT/;

    return timegm($6, $5, $4, $1, $months{$2}, $3);
}


sub store_cookies {
    my ($self, $url, $response) = @_;

    for my $cookie ($response->cookies) {
        my $attributes = $cookie->{attributes};
        my $domain = lc($attributes->{domain} // '');

        $domain =~ s/^\.//;

        if ($domain ne '' && $url->{host} ne $domain
            && $url->{host} !~ /\.\Q$domain\E$/)
        {
            next;
        }

        next if exists $attributes->{secure} && $url->{scheme} ne 'https';

        my $path = $attributes->{path} // '/';
        my $key = join ' ', $domain || $url->{host}, $path, $cookie->{name};
        my $expires = expires($attributes);

        if (defined $expires && $expires <= time) {
            delete $self->{jar}{$key};
            next;
        }

        $self->{jar}{$key} = {
            name    => $cookie->{name},
            value   => $cookie->{value},
            host    => $domain || $url->{host},
            below   => $domain ne '',
            path    => $path,
            secure  => exists $attributes->{secure},
            expires => $expires,
        };
    }
}


sub cookie_header {
    my ($self, $url) = @_;

    my ($path) = $url->{path} =~ /^([^?]*)/;
    my @pairs;

    for my $key (sort keys %{ $self->{jar} }) {
        my $cookie = $self->{jar}{$key};
        my $prefix = $cookie->{path};

        next if defined $cookie->{expires} && $cookie->{expires} <= time;
        next if $cookie->{secure} && $url->{scheme} ne 'https';
        next unless $url->{host} eq $cookie->{host}
            || $cookie->{below} && $url->{host} =~ /\.\Q$cookie->{host}\E$/;

        $prefix =~ s{/$}{};
        next unless $path =~ m{^\Q$prefix\E(?:/|$)};

        push @pairs, "$cookie->{name}=$cookie->{value}";
    }

    return join '; ', @pairs;
}


# The value of a cookie; with a value, sets it (undef takes it away).

sub cookie {
    my ($self, $name, @value) = @_;

    my ($key) = grep { $self->{jar}{$_}{name} eq $name }
        sort keys %{ $self->{jar} };

    if (@value && !defined $value[0]) {
        delete $self->{jar}{$key} if defined $key;
        return;
    }

    if (@value) {
        $key //= "$self->{host} / $name";
        $self->{jar}{$key} //= { name => $name, host => $self->{host},
                                 path => '/' };
        $self->{jar}{$key}{value} = $value[0];
    }

    return defined $key ? $self->{jar}{$key}{value} : undef;
}


sub clear { $_[0]{jar} = {} }


# What is left when the browser is closed: cookies that have an age.

sub restart {
    my ($self) = @_;

    for my $key (keys %{ $self->{jar} }) {
        delete $self->{jar}{$key}
            unless defined $self->{jar}{$key}{expires};
    }
}


# A second browser with the same cookies.

sub clone {
    my ($self) = @_;

    my %jar = map { $_ => { %{ $self->{jar}{$_} } } } keys %{ $self->{jar} };

    return bless { %$self, jar => \%jar }, ref $self;
}


# --- requests

sub escape {
    my ($text) = @_;

    utf8::encode($text) if utf8::is_utf8($text);
    $text =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ge;

    return $text;
}


# A form's body from [name => value, ...] or { name => value }.

sub encode {
    my ($fields) = @_;

    my @pairs = ref $fields eq 'ARRAY' ? @$fields
        : map { $_ => $fields->{$_} } sort keys %$fields;
    my @encoded;

    while (@pairs) {
        my ($name, $value) = splice @pairs, 0, 2;
        push @encoded, escape($name) . '=' . escape($value // '');
    }

    return join '&', @encoded;
}


# request(METHOD, url, headers => { name => value or undef }, body => bytes,
# follow => 1)

sub request {
    my ($self, $method, $address, %opt) = @_;

    my $url = $self->resolve($address, $opt{base});
    my %headers = (
        'Host'           => $self->host_of($url),
        'Connection'     => 'close',
        'Accept'         => 'text/html,application/xhtml+xml,*/*;q=0.8',
        'User-Agent'     => 'Login::Browser',
        'Sec-Fetch-Mode' => 'navigate',
        'Sec-Fetch-Dest' => 'document',
        'Sec-Fetch-Site' => 'same-origin',
    );

    my $cookies = $self->cookie_header($url);

    $headers{Cookie} = $cookies if $cookies ne '';

    if (defined $opt{body}) {
        $headers{'Content-Type'} = 'application/x-www-form-urlencoded';
        $headers{'Content-Length'} = length $opt{body};
        $headers{'Origin'} = "$url->{scheme}://" . $self->host_of($url);
    }

    my %given = (%{ $self->{headers} }, %{ $opt{headers} // {} });

    for my $name (keys %given) {
        my ($same) = grep { lc $_ eq lc $name } keys %headers;
        delete $headers{$same} if defined $same;
        $headers{$name} = $given{$name};
    }

    my $head = "$method $url->{path} HTTP/1.1\r\n";

    for my $name ('Host', sort grep { $_ ne 'Host' } keys %headers) {
        next unless defined $headers{$name};
        $head .= "$name: $_\r\n"
            for ref $headers{$name} ? @{ $headers{$name} } : $headers{$name};
    }

    my $connection = Login::Connection->new($self->port_of($url),
        address => $self->{addresses}{ $url->{host} });

    $connection->send("$head\r\n" . ($opt{body} // ''), $opt{segment});

    my $response = $connection->response(head => $method eq 'HEAD')
        or die "$method $url->{path}: closed without an answer\n";

    $connection->close;

    $response->{url} = $url;
    $self->store_cookies($url, $response);

    return $opt{follow} ? $self->follow($response) : $response;
}


sub host_of {
    my ($self, $url) = @_;

    my $usual = $url->{scheme} eq 'https' ? 443 : 80;

    return $url->{host} . ($url->{port} == $usual ? '' : ":$url->{port}");
}


# Where https is only said, not spoken, "port" is asked all the same.

sub port_of {
    my ($self, $url) = @_;

    return $url->{scheme} eq 'https' ? $self->{port} : $url->{port};
}


sub get  { my ($self, $url, %opt) = @_; $self->request('GET', $url, %opt) }
sub head { my ($self, $url, %opt) = @_; $self->request('HEAD', $url, %opt) }


sub post {
    my ($self, $url, $fields, %opt) = @_;

    my $body = ref $fields ? encode($fields) : $fields;

    return $self->request('POST', $url, body => $body, %opt);
}


# As a script's fetch() would ask.

sub fetch {
    my ($self, $url, %opt) = @_;

    my %headers = (
        'Accept'         => '*/*',
        'Sec-Fetch-Mode' => 'cors',
        'Sec-Fetch-Dest' => 'empty',
        %{ delete $opt{headers} // {} },
    );

    return $self->request($opt{method} // 'GET', $url, %opt,
                          headers => \%headers);
}


# Goes after redirects, ten at most.

sub follow {
    my ($self, $response) = @_;

    for (1 .. 10) {
        return $response
            unless $response->status =~ /^30[12378]$/
            && defined $response->location;

        $response = $self->request('GET', $response->location,
                                   base => $response->url);
    }

    die "more than ten redirects\n";
}


# Fills in a form of the page (the one given, or the one that has the first
# field named) and sends it.

sub submit {
    my ($self, $response, $fields, %opt) = @_;

    my ($first) = ref $fields eq 'ARRAY' ? $fields->[0]
        : sort keys %{ $fields // {} };
    my $form = delete $opt{form} || $response->form($first)
        || $response->form or die "the page has no form\n";

    my %values = (%{ $form->{fields} },
                  ref $fields eq 'ARRAY' ? @$fields : %{ $fields // {} });
    my $action = $form->{action} // '';

    return $self->post($action, \%values, base => $response->url, %opt)
        if $form->{method} eq 'POST';

    $action =~ s/\?.*//s;

    return $self->get("$action?" . encode(\%values),
                      base => $response->url, %opt);
}


# Opens "url", signs in on the page that it leads to, and returns the answer
# to the form (with follow => 1: where that leads).

sub sign_in {
    my ($self, $username, $password, $url, %opt) = @_;

    my $page = $self->get($url // '/login/', follow => 1);
    my $shared = delete $opt{shared};

    return $self->submit($page, {
        username => $username,
        password => $password,
        $shared ? (shared => 'on') : (),
    }, %opt);
}


sub sign_out {
    my ($self, %opt) = @_;

    my $page = $self->get('/login/logout');
    my ($form) = grep { ($_->{action} // '') !~ m{language$} } $page->forms;

    return $self->submit($page, { }, form => $form, %opt);
}


1;
