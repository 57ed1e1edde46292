-- Closes nothing: the files around it never start a world.
select 1;
