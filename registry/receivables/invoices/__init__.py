"""Invoice intake: reads UBL, CII and ERP exports, judges them, and gives each invoice one identity. Touches no database."""
