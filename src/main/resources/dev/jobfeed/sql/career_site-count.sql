select count(*) from career_site
