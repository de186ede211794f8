package Login::Response;

# One answer of the server, and what a person would see of its page.

use strict;
use warnings;


# new($status, $reason, [[name, value], ...], $body)

sub new {
    my ($class, $status, $reason, $headers, $body) = @_;

    return bless {
        status  => $status,
        reason  => $reason,
        headers => $headers,
        body    => $body,
    }, $class;
}


sub status { $_[0]{status} }
sub reason { $_[0]{reason} }
sub body   { $_[0]{body} }

# The URL that was asked for; set by Login::Browser.
sub url    { $_[0]{url} }


# All values of a header; the first one in scalar context.

sub header {
    my ($self, $name) = @_;

    my @values = map { $_->[1] }
        grep { lc $_->[0] eq lc $name } @{ $self->{headers} };

    return wantarray ? @values : $values[0];
}


sub headers  { @{ $_[0]{headers} } }
sub location { scalar $_[0]->header('Location') }


# Set-Cookie lines: { name, value, attributes => { lc name => value } }

sub cookies {
    my ($self) = @_;

    return map { parse_cookie($_) } $self->header('Set-Cookie');
}


sub cookie {
    my ($self, $name) = @_;

    my ($cookie) = grep { $_->{name} eq $name } $self->cookies;

    return $cookie;
}


sub parse_cookie {
    my ($line) = @_;

    my ($pair, @attributes) = split /;\s*/, $line;
    my ($name, $value) = split /=/, $pair, 2;
    my %attributes;

    for my $attribute (@attributes) {
        my ($key, $text) = split /=/, $attribute, 2;
        $attributes{lc $key} = defined $text ? $text : '';
    }

    return {
        name       => $name,
        value      => defined $value ? $value : '',
        attributes => \%attributes,
        line       => $line,
    };
}


# <body data-page="...">

sub page {
    my ($self) = @_;

    return $self->{body} =~ /<body\b[^>]*\bdata-page="([^"]*)"/ ? $1 : undef;
}


# The text of the error summary.

sub alert {
    my ($self) = @_;

    return unless $self->{body} =~
        m{<(\w+)\b[^>]*\brole="alert"[^>]*>(.*?)</\1>}s;

    return text($2);
}


sub title {
    my ($self) = @_;

    return $self->{body} =~ m{<title>(.*?)</title>}s ? text($1) : undef;
}


sub text {
    my ($html) = @_;

    $html =~ s/<[^>]*>/ /g;
    $html =~ s/\s+/ /g;
    $html =~ s/^ | $//g;

    return unescape($html);
}


sub unescape {
    my ($text) = @_;

    my %named = (amp => '&', lt => '<', gt => '>', quot => '"', apos => "'");

    $text =~ s/&(?:(amp|lt|gt|quot|apos)|#(\d+)|#x([0-9a-f]+));/
        defined $1 ? $named{$1} : chr(defined $2 ? $2 : hex $3)/gei;

    return $text;
}


sub attributes {
    my ($tag) = @_;

    my %attributes;

    while ($tag =~ /\s([a-z][a-z0-9-]*)(?:="([^"]*)")?/g) {
        $attributes{$1} = defined $2 ? unescape($2) : '';
    }

    return \%attributes;
}


# The forms: { action, method, fields => { name => value }, inputs => [...] }.
# A field's value is what a browser would send if nobody typed anything;
# boxes that are not ticked are among the inputs only.

sub forms {
    my ($self) = @_;

    my @forms;

    while ($self->{body} =~ m{<form\b([^>]*)>(.*?)</form>}gs) {
        my ($attributes, $content) = (attributes($1), $2);
        my (%fields, @inputs);

        while ($content =~ /<(?:input|button)\b([^>]*)>/g) {
            my $input = attributes($1);

            push @inputs, $input;

            my $type = $input->{type} // 'text';

            next unless defined $input->{name};
            next if $type eq 'submit' || $type eq 'button';
            next if ($type eq 'checkbox' || $type eq 'radio')
                && !exists $input->{checked};

            $fields{ $input->{name} } = $input->{value}
                // ($type eq 'checkbox' ? 'on' : '');
        }

        while ($content =~ m{<select\b([^>]*)>(.*?)</select>}gs) {
            my ($select, $options) = (attributes($1), $2);
            my ($first, $selected);

            while ($options =~ /<option\b([^>]*)>/g) {
                my $option = attributes($1);

                $first //= $option->{value};
                $selected = $option->{value} if exists $option->{selected};
            }

            $fields{ $select->{name} } = $selected // $first;
        }

        push @forms, {
            action => $attributes->{action},
            method => uc($attributes->{method} // 'GET'),
            fields => \%fields,
            inputs => \@inputs,
        };
    }

    return @forms;
}


# The first form that has a field of this name; without one, the first.

sub form {
    my ($self, $field) = @_;

    for my $form ($self->forms) {
        return $form unless defined $field;
        return $form
            if grep { ($_->{name} // '') eq $field } @{ $form->{inputs} };
    }

    return;
}


sub csrf {
    my ($self) = @_;

    my $form = $self->form('csrf') or return;

    return $form->{fields}{csrf};
}


1;
