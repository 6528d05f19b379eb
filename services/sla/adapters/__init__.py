"""What others publish about dates: public holidays by country, iCalendar files."""
