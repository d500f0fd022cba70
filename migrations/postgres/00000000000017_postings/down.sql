DROP TABLE posting_replies;
DROP TABLE postings;
