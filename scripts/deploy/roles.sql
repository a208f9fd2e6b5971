-- One role owns the schema and migrates it, the service's own owns nothing. Change both passwords, here and in service.env.
create role tallystick_owner login password 'change-me-owner';
create role tallystick_service login password 'change-me-service';
create database tallystick owner tallystick_owner;
