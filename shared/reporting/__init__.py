"""What every report of the house shares: spans of time, spreadsheets, pictures; pure."""
