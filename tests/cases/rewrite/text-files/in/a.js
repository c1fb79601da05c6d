fetch(`/PhoneFactor/api`); x.replace(/PhoneFactor/g, '');
