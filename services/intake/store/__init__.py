"""All SQL of intake: mails, their content, mailboxes and threads."""
