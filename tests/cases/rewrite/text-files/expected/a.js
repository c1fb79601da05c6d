fetch(`/MultiFactorAuth/api`); x.replace(/PhoneFactor/g, '');
