"""Messages in zh and en from gettext catalogues."""
