"""A peer measured in our own runs: django-helpdesk as it comes, in an environment of its own."""
