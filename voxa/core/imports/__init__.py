"""Read uploaded lists: any delimiter and encoding, and every cell accounted for.

`files` makes text of bytes, `grid` rows of text, `headings` names the columns, `cells` mends what spreadsheets do to
numbers, and `sheet` puts these together: which numbers a file holds, which were changed how, which rows fail and why.
Knows no rows of the database: each list's own service asks what is there already.
"""
